# SPDX-License-Identifier: Apache-2.0
# Suites that run the built program, and checks of the tree itself.
