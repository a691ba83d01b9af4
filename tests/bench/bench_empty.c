/* SPDX-License-Identifier: Apache-2.0 */
/* What a process with tidegate's libraries costs before it does anything. */
int main(void)
{
    return 0;
}
