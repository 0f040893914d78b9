#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Values that Postfix cannot read, in a world of their own.

With such a value postlogd(8) cannot start, nor whatever else has to be started anew, and then all of
Postfix may wait for its log: other cases must not come after this one in the same Postfix.
"""

import limits
import stage

if __name__ == "__main__":
    stage.main([limits.values_that_postfix_cannot_read])
