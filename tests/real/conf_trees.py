# SPDX-License-Identifier: MIT
"""Small Dovecot configurations: one for each rule, and made-up ones out of a grammar.

A tree is {file: text}; the root file is dovecot.conf.
"""

import re

RULES_23 = {
    'later wins': 'mail_location = a\nmail_location = b\n',
    'sections of one name': 'service auth {\n user = a\n}\nservice auth {\n client_limit = 7\n user = b\n}\n'
                            'service "auth" {\n process_limit = 1\n}\n',
    'sections without name': 'namespace {\n prefix = a/\n separator = /\n inbox = yes\n}\n'
                             'namespace {\n prefix = b/\n separator = /\n}\n',
    'passdbs': 'passdb {\n driver = pam\n}\npassdb {\n driver = passwd\n args = x\n}\n'
               'userdb {\n driver = passwd\n}\npassdb {\n driver = static\n args = y\n}\n',
    'lists': 'plugin {\n a = 1\n b = 2\n}\nplugin {\n b = 3\n c = 4\n}\n'
             'dict {\n x = file:/a\n}\ndict {\n y = file:/b\n x = file:/c\n}\n',
    'a list with a name': 'plugin {\n a = 1\n}\nplugin x {\n a = 2\n}\n',
    'lists in filters': 'plugin {\n a = 1\n}\nprotocol imap {\n plugin {\n  a = 2\n }\n}\n'
                        'protocol imap {\n plugin {\n  b = 3\n }\n}\n',
    'keys with slashes': 'plugin/quota = maildir\nservice/auth/user = root\n'
                         'service/imap-login/inet_listener/imap/port = 1143\nplugin {\n acl = vfile\n}\n'
                         'service auth {\n unix_listener/auth-userdb/mode = 0600\n}\n',
    'names in other case': 'service IMAP-login {\n user = a\n}\nservice imap-login {\n chroot = b\n}\n',
    'names with slashes': 'service auth {\n unix_listener /var/spool/postfix/private/auth {\n  mode = 0660\n }\n'
                          ' unix_listener "/var/a b=c,d" {\n  mode = 0600\n }\n}\n',
    'filters of one kind': 'protocol imap {\n mail_max_userip_connections = 1\n}\n'
                           'protocol pop3 {\n mail_max_userip_connections = 2\n}\n'
                           'protocol imap {\n mail_max_userip_connections = 3\n}\n',
    'filters nested': 'local 10.0.0.0/8 {\n login_greeting = a\n protocol imap {\n  login_greeting = b\n }\n'
                      ' remote 10.1.0.0/16 {\n  login_greeting = c\n  protocol pop3 {\n   login_greeting = d\n  }\n'
                      ' }\n local_name mail.example.org {\n  login_greeting = e\n }\n}\n',
    'a net inside a net': 'local 10.0.0.0/8 {\n local 10.1.0.0/16 {\n  login_greeting = a\n }\n}\n'
                          'local 10.1.0.0/16 {\n login_greeting = b\n}\n',
    'one net, written in two ways': 'local ::1 {\n login_greeting = a\n}\nlocal 0:0::1/128 {\n login_trusted_networks = b\n}\n'
                                    'local [::1] {\n login_greeting = c\n}\nremote 10.0.0.1/32 {\n login_greeting = d\n}\n'
                                    'remote 10.0.0.1 {\n login_greeting = e\n}\n',
    'names of hosts': 'local_name Mail.Example.org {\n login_greeting = a\n}\n'
                      'local_name mail.example.org {\n ssl_cert = </b\n}\n'
                      'local_name "a.example.org b.example.org" {\n login_greeting = c\n}\n',
    'not a protocol': 'protocol !imap {\n mail_max_userip_connections = 1\n}\n',
    'sections in filters': 'protocol imap {\n namespace x {\n  prefix = x/\n  separator = /\n }\n'
                           ' service imap {\n  process_limit = 7\n }\n}\n',
    'mailboxes': 'namespace inbox {\n inbox = yes\n mailbox Drafts {\n  auto = create\n }\n'
                 ' mailbox "Sent Items" {\n  special_use = \\Sent\n }\n}\nnamespace inbox {\n'
                 ' mailbox drafts {\n  special_use = \\Drafts\n }\n location = mbox:~/mail\n}\n',
    'other names of settings': 'mail = maildir:~/a\nnamespace {\n inbox = yes\n mail = maildir:~/b\n location = mbox:~/c\n}\n',
    'its own variable': 'mail_plugins = $mail_plugins a\nmail_plugins = $mail_plugins b\n'
                        'protocol imap {\n mail_plugins = $mail_plugins c\n}\nmail_plugins = $mail_plugins d\n'
                        'protocol imap {\n mail_plugins = $mail_plugins e\n}\n',
    'its own variable, nested': 'mail_plugins = a\nlocal 10.0.0.0/8 {\n mail_plugins = $mail_plugins b\n'
                                ' protocol imap {\n  mail_plugins = $mail_plugins c\n }\n'
                                ' protocol pop3 {\n  mail_plugins = x $mail_plugins y $mail_plugins\n }\n}\n',
    'its own variable, built in': 'auth_mechanisms = $auth_mechanisms login\nimport_environment = $import_environment A B=c\n'
                                  'login_log_format_elements = x $login_log_format_elements\nlisten = 1.2.3.4, $listen\n',
    'variables of others': 'mail_plugins = a\nlogin_greeting = $mail_plugins  x   y\nauth_realms = x$mail_plugins $mail_plugins\n'
                           'postmaster_address = "$mail_plugins  b"\nlog_path = $ENV:X\n',
    'quotes': 'login_greeting = "a  # b"\nauth_realms = \'c "d" \'\nmail_location = "a\\"b\\\\c"\nhostname = "half\n'
              'log_path = a "b"\nlog_timestamp = " x "\n',
    'comments': '# a\nlogin_greeting = a # b\n\nmail_location = b#c\n  # d\nhostname = \\\n  x \\\n  y # z\n'
                'plugin { # e\n f = g\n} # h\n',
    'carriage returns': 'login_greeting = a\r\nplugin {\r\n b = c\r\n}\r\n',
    'from a file': 'ssl_cert = </x/a\nssl_key = <   /x/b\nssl_ca = < relative\nssl_cert = <c\n',
    'equal to the default': 'mail_max_userip_connections = 10\nprotocol imap {\n mail_max_userip_connections = 10\n}\n'
                            'auth_mechanisms = plain\n',
    'sizes and times': 'mail_max_lock_timeout = 90s\nimap_max_line_length = 65536\nmdbox_rotate_size = 2M\n'
                       'auth_cache_ttl = 60 mins\nauth_verbose = YES\nmail_debug = y\nauth_cache_size = 1k\n',
    '1.x: auth': 'auth default {\n mechanisms = plain login\n user = root\n passdb pam {\n  args = dovecot\n }\n'
                 ' passdb pam {\n  args = other\n }\n userdb passwd {\n }\n socket listen {\n  master {\n'
                 '   path = /var/run/dovecot/auth-master\n   mode = 0600\n  }\n  client {\n   path = /a/client\n'
                 '   mode = 0660\n   user = x\n   group = y\n  }\n }\n socket listen {\n  client {\n   path = /b/client\n  }\n }\n'
                 ' verbose = yes\n}\n',
    '1.x: auth twice': 'auth_verbose = no\nauth a {\n verbose = yes\n mechanisms = plain\n passdb passwd {\n }\n}\n'
                       'auth b {\n mechanisms = login\n userdb passwd {\n }\n}\nauth_debug = yes\n',
    '1.x: auth, whole names': 'auth a {\n auth_debug = yes\n mechanisms = login\n}\nauth_mechanisms = plain\n',
    '1.x: protocols': 'protocols = imap imaps pop3s managesieve\nprotocol imap {\n listen = *:1143\n ssl_listen = *:1993\n'
                      ' login_executable = /x/imap-login\n mail_executable = /x/imap\n}\nprotocol managesieve {\n'
                      ' login_executable = /x/ms\n}\nprotocol sieve {\n mail_max_userip_connections = 3\n}\n'
                      'login_processes_count = 7\n',
    '1.x: namespaces': 'namespace private {\n separator = .\n prefix =\n inbox = yes\n}\nnamespace public {\n'
                       ' separator = .\n prefix = Public.\n location = maildir:/x\n}\n',
    '1.x: lists': 'protocol lda {\n postmaster_address = a@b\n mail_plugins = x\n}\nplugin {\n quota = maildir\n}\n',
    'includes': {'dovecot.conf': 'login_greeting = a\n!include x.conf\nhostname = a\nprotocol imap {\n'
                                 '  !include conf.d/p.conf\n  login_greeting = z\n}\n!include_try nope.conf\n',
                 'x.conf': 'login_greeting = b\nhostname = b\n',
                 'conf.d/p.conf': 'login_greeting = c\n!include q.conf\n', 'conf.d/q.conf': 'mail_plugins = q\n'},
    'includes in order': {'dovecot.conf': '!include conf.d/*.conf\n!include {y,x,b/*}.conf\n',
                          'conf.d/10-b.conf': 'login_greeting = 10\n', 'conf.d/2.conf': 'login_greeting = 2\nhostname = 2\n',
                          'conf.d/A.conf': 'hostname = A\n', 'conf.d/a.conf': 'hostname = a\n',
                          'conf.d/.hidden.conf': 'hostname = hidden\n', 'conf.d/x.conf.bak': 'hostname = bak\n',
                          'x.conf': 'mail_location = x\n', 'y.conf': 'mail_location = y\n', 'b/z.conf': 'log_path = z\n'},
    'an include that closes and opens': {'dovecot.conf': 'protocol imap {\n!include x.conf\n mail_max_userip_connections = 4\n}\n',
                                         'x.conf': ' login_greeting = a\n}\nhostname = b\nprotocol pop3 {\n login_greeting = c\n'},
    'a file twice': {'dovecot.conf': 'plugin {\n!include x.conf\n}\nprotocol imap {\n plugin {\n !include ./x.conf\n}\n}\n',
                     'x.conf': 'a = b\n'},
    'an absolute include': {'dovecot.conf': '!include /etc/dovecot/an*absolute*include/x.conf\n', 'x.conf': 'hostname = x\n'},
    'a folder': {'dovecot.conf': '!include d\n!include_try d/\nhostname = x\n', 'd/x': 'hostname = y\n'},
}

HEAD = 'dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n'

RULES_24 = {
    'later wins': 'mail_path = a\nmail_path = b\n',
    'short and long names': 'passdb sql {\n query = a\n}\npassdb sql {\n passdb_sql_query = b\n default_password_scheme = PLAIN\n}\n'
                            'userdb sql {\n sql_query = c\n iterate_query = d\n}\nsql_driver = sqlite\nsqlite_path = /x\n',
    'passdbs': 'passdb a {\n driver = pam\n}\npassdb b {\n driver = passwd\n}\npassdb a {\n pam_session = yes\n}\n'
               'userdb passwd {\n}\nuserdb prefetch {\n}\npassdb pam {\n}\n',
    'prefixes in named lists': 'passdb x {\n driver = passwd-file\n passwd_file_path = /a\n}\npassdb passwd-file {\n'
                               ' passwd_file_path = /b\n}\nuserdb ldap {\n filter = (uid=%{user})\n fields {\n  a = b\n }\n'
                               ' ldap_iterate_filter = (c=d)\n iterate_fields {\n  user = e\n }\n}\nldap_uris = ldap://x\n',
    'a filter that is no list': 'auth_policy {\n server_url = http://a/\n}\nauth_policy_server_url = http://b/\n'
                                'auth_policy {\n hash_nonce = x\n ssl_client_ca_file = /c\n}\nssl_client_ca_file = /d\n',
    'a filter that is no list, with lists': 'auth_policy {\n request_attributes {\n  a = b\n }\n}\n'
                                            'auth_policy_request_attributes {\n c = d\n}\n',
    'oauth2': 'oauth2 {\n tokeninfo_url = http://x\n fields {\n  a = b\n }\n issuers = i j\n introspection_mode = auth\n}\noauth2_tokeninfo_url = http://y\n',
    'filters nested': 'local 10.0.0.0/8 {\n ssl = no\n protocol imap {\n  mail_max_userip_connections = 3\n }\n'
                      ' remote 10.1.0.0/16 {\n  mail_max_userip_connections = 4\n }\n}\nlocal_name Mail.Example.org {\n'
                      ' ssl_server_cert_file = /a\n}\nlocal_name mail.example.org {\n ssl_server_key_file = /b\n}\n'
                      'protocol !imap {\n mail_max_userip_connections = 5\n}\n',
    'one net, written in two ways': 'remote ::1 {\n mail_max_userip_connections = 1\n}\nremote 0::0:1/128 {\n ssl = no\n}\n',
    'lists of words': 'mail_plugins = a b\nmail_plugins = c\nprotocol imap {\n mail_plugins {\n  d = yes\n  e = no\n }\n}\n'
                      'protocol pop3 {\n mail_plugins {\n  f = yes\n }\n mail_plugins = g\n}\n'
                      'protocol lmtp {\n mail_plugins = h\n mail_plugins {\n  i = yes\n  h = no\n  j = yes\n }\n}\n',
    'lists of words, built up': 'mail_plugins {\n a = yes\n}\nmail_plugins {\n b = yes\n a = no\n}\nmail_plugins/c = yes\n',
    'lists of odd words': 'mail_access_groups = "a b" c, d\nprotocol imap {\n mail_access_groups {\n  "e f" = yes\n  "g=h" = yes\n }\n}\n'
                          'mail_log_events =\n',
    'lists of texts': 'userdb x {\n driver = static\n fields {\n  uid = 1\n  gid = 2\n }\n}\nuserdb x {\n fields {\n  uid = 3\n  "a b" = 4\n }\n}\n'
                      'userdb y {\n driver = static\n fields {\n  uid = 1\n }\n fields =\n}\nuserdb z {\n driver = static\n fields {\n  uid = 1\n }\n'
                      ' fields =\n userdb_fields {\n  home = x\n }\n}\n',
    'groups': 'group @quotas small {\n quota x {\n  storage_size = 1M\n }\n mail_plugins {\n  quota = yes\n }\n}\n'
              'group @quotas large {\n quota x {\n  storage_size = 1G\n }\n}\n@quotas = small\nprotocol imap {\n @quotas = large\n}\n'
              '@quotas = large\n',
    'mailboxes': 'namespace inbox {\n inbox = yes\n separator = /\n mailbox Drafts {\n  special_use = \\Drafts\n }\n'
                 ' mailbox "Sent Items" {\n  special_use = "\\\\Sent"\n  auto = create\n }\n mailbox Empty {\n }\n}\n'
                 'mailbox Trash {\n auto = create\n}\nnamespace inbox {\n mailbox Drafts {\n  mailbox_auto = subscribe\n }\n}\n',
    'names with a prefix': 'metric m {\n filter = event=x\n group_by f {\n  method discrete {\n  }\n }\n fields = a b\n}\n'
                           'metric n {\n metric_filter = event=y\n exporter = e\n}\nevent_exporter e {\n driver = log\n format = json\n}\n',
    'services': 'service auth {\n unix_listener /var/spool/postfix/private/auth {\n  mode = 0660\n  user = root\n }\n'
                ' unix_listener auth-userdb {\n  unix_listener_mode = 0666\n }\n}\nservice imap-login {\n inet_listener imap {\n  port = 1143\n'
                ' }\n inet_listener imaps {\n  ssl = yes\n }\n service_restart_request_count = 7\n}\n'
                'service imap-login {\n inet_listener imap {\n  listen = 127.0.0.1\n }\n}\n',
    'keys with slashes': 'service/imap-login/inet_listener/imap/port = 0\nnamespace inbox {\n inbox = yes\n mailbox/Drafts/auto = create\n}\n'
                         'auth_policy/auth_policy_server_url = http://x/\nauth_policy_hash_nonce = x\n',
    'its own variable': 'mail_path = a\nmail_path = $SET:mail_path/b\nlogin_greeting = x\nlogin_greeting = $SET:login_greeting y\n'
                        'protocol imap {\n login_greeting = $SET:login_greeting z\n}\n'
                        'login_log_format_elements = $SET:login_log_format_elements w\n',
    'variables of others': 'login_greeting = x\nauth_realms = a\nhostname = $SET:login_greeting $ENV:FOO  b\nmail_home = $mail_path\n',
    'from a file': 'ssl_server_cert_file = </etc/hostname\nssl_server_key_file = /x/y\nssl_server_ca_file = inline:x\nlogin_greeting = <g\n',
    'quotes': 'login_greeting = "a  # b"\nmail_path = "a\\"b\\\\c"\nhostname = \'x y\'\n"mail_home" = z\n',
    'dict_server': 'dict_server {\n dict x {\n  driver = file\n  file_path = /a\n }\n mail_plugins = q\n}\n'
                   'mail_attribute {\n dict file {\n  path = b\n }\n}\n',
    'fs, deep': 'mail_ext_attachment {\n fs crypt {\n }\n fs posix {\n  prefix = /a/\n }\n}\nmail_ext_attachment_path = /b\n',
    'quota': 'quota "User quota" {\n driver = count\n storage_size = 1G\n warning a {\n  quota_storage_percentage = 90\n  execute x {\n'
             '   args = b\n  }\n }\n}\n',
    'sieve': 'sieve_script personal {\n path = ~/sieve\n active_path = ~/.dovecot.sieve\n}\nsieve_script after {\n type = after\n path = /x\n}\n'
             'sieve_extensions {\n a = yes\n}\nsieve_global_extensions = b c\n',
    'import_environment': 'import_environment {\n A = b\n}\n',
    'ssl': 'ssl_server {\n cert_file = /a\n key_file = /b\n}\nssl_server_cert_file = /c\nlocal_name x.example {\n ssl_server {\n'
           '  cert_file = /d\n }\n}\n',
    'layouts': 'mailbox_list_layout = fs\nlayout_fs {\n sdbox {\n  mail_path = x\n }\n}\nmail_driver = sdbox\nmaildir {\n mail_path = y\n}\n',
    'the version again': 'dovecot_config_version = 2.4.0\nmail_path = x\n',
    'an include that closes and opens': {'dovecot.conf': 'protocol imap {\n!include x.conf\n mail_max_userip_connections = 4\n}\n',
                                         'x.conf': ' login_greeting = a\n}\nhostname = b\nprotocol pop3 {\n login_greeting = c\n'},
    'includes': {'dovecot.conf': '!include conf.d/*.conf\npassdb sql {\n !include y.conf\n}\n',
                 'conf.d/a.conf': 'mail_path = x\n', 'conf.d/b.conf': 'mail_path = $SET:mail_path y\nsql_driver = sqlite\nsqlite_path = /x\n',
                 'y.conf': 'query = z\n'},
}


def rules(version):
    """{name: tree}"""
    trees = {}
    for name, files in (RULES_23 if version == '2.3' else RULES_24).items():
        files = dict(files) if isinstance(files, dict) else {'dovecot.conf': files}
        if version == '2.4':
            files['dovecot.conf'] = HEAD + files['dovecot.conf']
        trees[name.replace('/', ' ')] = files
    return trees


# ---- made up ------------------------------------------------------------------------------------

SETTINGS_23 = (('mail_max_userip_connections', '1 2 30'), ('login_greeting', 'a "b  c" d'), ('imap_idle_notify_interval', '1m 90s 120'
               's'), ('imap_max_line_length', '64k 65536 1M'), ('mail_plugins', 'a $mail_plugins $mail_plugins'), ('mail_debug', 'yes no'),
               ('imap_client_workarounds', 'delay-newmail tb-lsub-flags'), ('pop3_uidl_format', '%08Xu %g'), ('ssl_cert', '</a </b'),
               ('mail_location', 'mbox:~/a maildir:~/b'), ('postmaster_address', 'a@b "c@d" \'e@f\''),
               ('hostname', '"a # b" "c\\"d\\\\" e\\f $login_greeting'), ('mail', 'mbox:~/c'), ('plugin/quota', 'x y'),
               ('mail_log_prefix', '$mail_log_prefix "%s: "'), ('submission_relay_host', '$hostname x$hostname'))
BLOCKS_23 = {
    '': ('plugin', 'protocol imap', 'protocol pop3', 'protocol lda', 'local 10.0.0.0/8', 'local 10.1.0.0/16', 'remote ::1', 'remote 10.2.0.1',
         'local_name a.example', 'local_name A.Example', 'service auth', 'service imap-login', 'service Auth', 'namespace x', 'namespace y', 'dict',
         'passdb', 'userdb', 'metric m', 'remote 0:0::1/128', 'protocol !imap', 'plugin x', 'protocol managesieve'),
    'local': ('protocol imap', 'remote 10.2.0.1', 'local_name a.example', 'plugin'), 'local_name': ('protocol imap', 'remote 10.2.0.1'),
    'remote': ('protocol imap', 'plugin'), 'protocol': ('plugin', 'namespace x'), 'namespace': ('mailbox A', 'mailbox "B c"', 'mailbox D'),
    'service': ('unix_listener a', 'unix_listener /b/c', 'inet_listener d', 'unix_listener "e f"', 'inet_listener', 'fifo_listener g'),
}
INSIDE_23 = {
    'plugin': (('a', '1 2'), ('quota', 'maildir count'), ('sieve', '~/x "~/y  z"')), 'dict': (('x', 'file:/a'), ('y', 'file:/b')),
    'passdb': (('driver', 'pam passwd'), ('args', 'x "y z"')), 'userdb': (('driver', 'passwd'), ('args', 'x')),
    'namespace': (('prefix', 'a/ b/'), ('list', 'yes no children'), ('hidden', 'yes no'), ('location', 'mbox:~/x mbox:~/y')),
    'mailbox': (('auto', 'create no subscribe'), ('special_use', '\\Sent \\Drafts'), ('autoexpunge', '30d 1w')),
    'service': (('client_limit', '1 7'), ('user', 'root dovecot'), ('vsz_limit', '64M 1G')),
    'metric': (('filter', 'event=x'), ('fields', 'a "b c"'), ('description', 'x "y z"')),
    'unix_listener': (('mode', '0600 0660'), ('user', 'root dovecot'), ('group', 'mail')), 'inet_listener': (('port', '1 2'), ('address', '::1')),
    'fifo_listener': (('mode', '0600 384'),),
}
SETTINGS_1 = SETTINGS_23[:6] + (('login_user', 'dovenull x'), ('ssl_disable', 'yes no'), ('auth_verbose', 'yes no'), ('ssl_cert_file', '/a /b'),
                                ('login_processes_count', '3 4'), ('auth_executable', '/x/auth'), ('ssl_listen', '*:1993'),
                                ('listen', '*:1143 [::]:1144'), ('mail_extra_groups', 'mail'), ('auth_mechanisms', 'plain'))
SETTINGS_1 = tuple(s for s in SETTINGS_1 if s[0] != 'mail_extra_groups')
BLOCKS_1 = {
    '': ('protocol imap', 'protocol pop3', 'protocol lda', 'auth default', 'auth other', 'namespace private', 'namespace public', 'plugin', 'dict'),
    'auth': ('passdb pam', 'passdb passwd-file', 'userdb passwd', 'userdb static', 'socket listen'), 'socket': ('client', 'master'),
    'protocol': ('plugin',),
}
INSIDE_1 = dict(INSIDE_23, **{
    'auth': (('mechanisms', 'plain login "plain login"'), ('verbose', 'yes no'), ('debug', 'no'), ('user', 'root'), ('auth_debug', 'yes'),
             ('count', '1'), ('process_size', '128')),
    'passdb': (('args', '/x "y z"'), ('deny', 'yes no'), ('master', 'no')), 'userdb': (('args', '/x uid=1'),),
    'client': (('mode', '0660 0600'), ('user', 'root'), ('group', 'mail')), 'master': (('mode', '0600'), ('user', 'root')),
})
SETTINGS_24 = (('mail_max_userip_connections', '1 2 30'), ('login_greeting', 'a "b  c" $SET:login_greeting'), ('imap_idle_notify_interval', '1m 90s'),
               ('imap_max_line_length', '64k 65536'), ('mail_plugins', 'a b'), ('mail_debug', 'yes no'), ('mail_path', '~/a ~/b'),
               ('ssl_server_cert_file', '/a /b'), ('mail_plugins/x', 'yes no'), ('imapc_host', 'h i'), ('maildir_copy_with_hardlinks', 'yes no'),
               ('mail_always_cache_fields', 'hdr.a'), ('quota_storage_size', '1M'), ('sieve_redirect_envelope_from', 'sender'),
               ('mail_always_cache_fields', '"hdr.a hdr.b" hdr.c'), ('@g', 'h i'),
               ('service/auth/client_limit', '3'), ('hostname', '"a # b" "c\\"d\\\\" e\\f $SET:login_greeting \'g h\''), ('mail_log_events', ''))
BLOCKS_24 = {
    '': ('mail_plugins', 'protocol imap', 'protocol pop3', 'local 10.0.0.0/8', 'remote ::1', 'local_name A.example', 'service auth',
         'service imap-login', 'namespace x', 'namespace y', 'passdb p', 'passdb sql', 'userdb u', 'mailbox A', 'quota q', 'maildir', 'imapc',
         'sdbox', 'ssl_server', 'sieve_script s', 'mail_always_cache_fields', 'import_environment', 'layout_fs', 'group @g h', 'group @g i',
         'metric m', 'event_exporter e', 'dict d', 'dict_server', 'mail_attribute', 'fs f', 'auth_policy', 'language en', 'mail_ext_attachment', 'protocol !imap',
         'remote 0:0::1/128', 'userdb ldap', 'sieve_environment'),
    'local': ('protocol imap', 'remote 10.2.0.1', 'mail_plugins', 'ssl_server'), 'local_name': ('protocol imap', 'ssl_server'),
    'remote': ('protocol imap', 'mail_plugins'), 'protocol': ('mail_plugins', 'namespace x', 'maildir', 'mailbox A', 'auth_policy'),
    'namespace': ('mailbox A', 'mailbox "B c"', 'mailbox D', 'maildir', 'mailbox "E/f"', 'mail_plugins'), 'service': ('unix_listener a', 'unix_listener /b/c', 'inet_listener d'),
    'passdb': ('fields',), 'userdb': ('fields', 'userdb_fields'), 'layout_fs': ('sdbox',), 'quota': ('quota_warning w',),
    'group': ('namespace x', 'mail_plugins', 'mailbox A'), 'metric': ('group_by f', 'metric_group_by g', 'fields'), 'dict_server': ('dict d', 'dict e'),
    'mail_attribute': ('dict d',), 'mail_ext_attachment': ('fs f', 'fs g'), 'fs': ('fs g',), 'auth_policy': ('request_attributes',),
}
INSIDE_24 = {
    'mail_plugins': (('a', 'yes no'), ('c', 'yes')), 'mail_always_cache_fields': (('hdr.x', 'yes no'),), 'import_environment': (('A', 'b c'),),
    'passdb': (('driver', 'passwd-file'), ('passwd_file_path', '/a /b'), ('passdb_default_password_scheme', 'PLAIN CRYPT'), ('sql_query', 'a b'),
               ('passdb_sql_query', 'c')),
    'userdb': (('driver', 'static'), ('sql_query', 'x y'), ('userdb_sql_query', 'z')), 'fields': (('uid', '1 2'), ('home', '/x "/y z"')),
    'userdb_fields': (('uid', '3'), ('gid', '4')),
    'namespace': (('prefix', 'a/ b/'), ('list', 'yes no children'), ('hidden', 'yes no'), ('mail_path', '~/x'), ('namespace_hidden', 'yes no')),
    'mailbox': (('auto', 'create no subscribe'), ('special_use', '\\Sent \\Drafts'), ('mailbox_autoexpunge', '30d 1w')),
    'service': (('client_limit', '1 7'), ('user', 'root dovecot'), ('service_vsz_limit', '64M 1G')),
    'unix_listener': (('mode', '0600 0660'), ('user', 'root dovecot'), ('unix_listener_group', 'mail')),
    'inet_listener': (('port', '1 2'), ('ssl', 'yes no'), ('listen', '::1 "1.2.3.4"')),
    'quota': (('driver', 'count'), ('storage_size', '1M 2G'), ('quota_message_count', '7')),
    'quota_warning': (('quota_storage_percentage', '80 90'), ('threshold', 'over under')),
    'ssl_server': (('cert_file', '/c'), ('ssl_server_key_file', '/d'), ('ssl_server_alt_cert_file', '/e')),
    'metric': (('filter', 'event=x'), ('fields', 'a b'), ('metric_description', '"a b"')), 'event_exporter': (('driver', 'log'), ('time_format', 'unix rfc3339')),
    'dict': (('driver', 'file'), ('file_path', '/a /b'), ('dict_name', 'd')), 'dict_server': (('mail_path', '/c'),), 'fs': (('driver', 'posix'), ('posix_prefix', '/a'), ('fs_posix_prefix', '/b')),
    'mail_attribute': (('mail_path', 'x'),), 'mail_ext_attachment': (('path', '/a'), ('mail_ext_attachment_path', '/b')),
    'auth_policy': (('reject_on_fail', 'yes no'), ('auth_policy_log_only', 'yes no'), ('ssl_client_ca_file', '/c')), 'request_attributes': (('a', 'b'), ('"c d"', 'e')),
    'language': (('filters', 'a b'), ('language_tokenizers', 'c')), 'group_by': (('field', 'x'),), 'metric_group_by': (('field', 'x'),),
    'sieve_environment': (('a', 'b'), ('"c=d"', '"e f"')),
    'sieve_script': (('path', '~/a ~/b'), ('type', 'before after'), ('sieve_script_name', 'x')),
}


NEEDED_1 = {'client': 'path = /run/a%d', 'master': 'path = /run/b-master'}
NEEDED = {'passdb': 'driver = pam', 'userdb': 'driver = passwd', 'quota_warning': 'execute x {\n}',
          'metric': 'filter = event=a', 'event_exporter': 'format = json', 'mail_ext_attachment': 'fs posix {\n}',
          'mail_attribute': 'dict file {\n}', 'language': 'default = yes'}


class Grammar:
    def __init__(self, version, random):
        self.is_24, self.is_1 = version == '2.4', version == '1'
        self.random, self.number = random, 0
        self.blocks = BLOCKS_24 if self.is_24 else BLOCKS_1 if self.is_1 else BLOCKS_23
        self.inside = INSIDE_24 if self.is_24 else INSIDE_1 if self.is_1 else INSIDE_23
        self.settings = SETTINGS_24 if self.is_24 else SETTINGS_1 if self.is_1 else SETTINGS_23
        self.needed = NEEDED_1 if self.is_1 else NEEDED

    def setting(self, kind, words, depth):
        key, values = self.random.choice(words)
        if key == '@g' and kind == 'group' or key.startswith('service/') and depth:
            key, values = 'mail_debug', 'yes'
        if key == 'mail_plugins' and not self.is_24 and kind not in ('', 'protocol', 'local', 'remote', 'local_name'):
            key = 'x'
        chosen, rest = [], values
        while rest:  # words, or texts in quotes
            end = re.match(r'"(\\.|[^"])*"|\'[^\']*\'|[^ ]*', rest).end()
            chosen.append(rest[:end])
            rest = rest[end:].lstrip(' ')
        value = self.random.choice(chosen or [''])
        if value.startswith('$'):
            value += self.random.choice((' x', '   y'))
        blank = self.random.choice(('', '  ', '\t'))
        if self.random.random() < .1:
            blank += '\\\n' + self.random.choice(('', '  ')) # goes on in the next line
        note = self.random.choice(('', '', '', ' # note'))
        return '%s%s%s= %s%s' % (' ' * depth, key, blank, value, note)

    def lines(self, kind, depth):
        found = []
        if kind in self.needed and not (self.is_24 and kind in ('passdb', 'userdb')):
            self.number += 1
            found.append(' ' * depth + self.needed[kind].replace('%d', str(self.number)))
        for _ in range(self.random.randint(1, 9 if depth == 0 else 4)):
            below = self.blocks.get(kind, ())
            if below and depth < 4 and self.random.random() < (.5 if depth == 0 else .3):
                block = self.random.choice(below)
                found += [' ' * depth + block + ' {', *self.lines(block.split(' ')[0], depth + 1), ' ' * depth + '}']
            elif kind == 'group' or kind not in self.inside:
                found.append(self.setting(kind, self.settings, depth))
            else:
                found.append(self.setting(kind, self.inside[kind], depth))
        return found

    def tree(self):
        files, lines = {}, self.lines('', 0) + self.lines('', 0)
        for n in range(self.random.randint(0, 3)):  # any lines can be in a file of their own
            start = self.random.randrange(len(lines))
            end = min(len(lines), start + self.random.randint(1, 8))
            files['i%d.conf' % n] = self.random.choice(('\n', '\n', '\r\n')).join(lines[start:end]) + '\n'
            lines[start:end] = [self.random.choice(('!include i%d.conf', '!include_try ./i%d.conf', '!include i[%d].con?')) % n]
        files['dovecot.conf'] = (HEAD if self.is_24 else '') + '\n'.join(lines) + '\n'
        if self.is_24:
            files['dovecot.conf'] += 'group @g h {\n mail_debug = yes\n}\ngroup @g i {\n mail_debug = no\n}\n'
        return files


def made_up(version, random):
    """version: '1' for one of 1.x"""
    return Grammar(version, random).tree()
