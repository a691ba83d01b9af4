# SPDX-License-Identifier: Apache-2.0
# Tables that are built from reviewable text under schemas/.
