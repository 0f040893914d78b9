#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Huge and broken Dovecot files: time and memory stay bounded. See conf_big.c."""

import os
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIG = os.path.join(os.path.abspath(os.environ.get('BUILD', os.path.join(TOP, 'build'))), 'tests/conf_big')

os.execv(BIG, [BIG] + sys.argv[1:])
