#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Values that Postfix 3.10 cannot read, in a world of their own, as limits_values.py."""

import limits
import limits_debian13
import stage

if __name__ == "__main__":
    stage.main([limits_debian13.asked(limits.values_that_postfix_cannot_read)])
