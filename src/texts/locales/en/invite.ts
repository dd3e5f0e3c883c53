/** Invitations and blocks. */
export const inviteEn = {
  'invite.which_role':
    '<b>An invitation</b> is a link for one person. Whoever opens it still needs an approval.',
  'invite.how_long': '<b>How long shall the link be good?</b>',
  'invite.days': '{count, plural, one {# day} other {# days}}',
  'invite.os_user': '<b>Which account on the host?</b>\nType a name, or skip: then it is chosen later.',
  'invite.note': '<b>Whom is it for?</b>\nA note for the admins. Type it, or skip.',
  'invite.no_roles':
    'There is no role that can be invited for in chat. Sensitive ones are invited for on the host: <code>sudo usher invite</code>',
  'invite.made':
    '🎟 <b>Invitation {id}</b> for the role {role}, good until {until}\nSend this link to one person. It works for whoever opens it first, and they still need an approval. I do not show it again:\n{link}',
  'invite.made_code':
    '🎟 <b>Invitation {id}</b> for the role {role}, good until {until}\nLet one person send me this. It works for whoever sends it first, and they still need an approval. I do not show it again:\n<code>/start {code}</code>',
  'invite.made_unseen':
    '🎟 <b>Invitation {id}</b> is made, but its link cannot be shown any more. Revoke it with /invites, and invite again.',
  'invite.cancelled': 'Cancelled. Nobody was invited.',
  'invite.opened': '<b>You are invited</b>, for the role {role}. A few questions, then an admin decides.',
  'invite.opened_waiting':
    '<b>You are invited</b>, for the role {role}. What you have asked for says so now.',
  'invite.refused':
    'This link cannot be used: it is wrong, used or expired, or meant for somebody else. Ask whoever sent it for a new one.',
  'invite.list_head': '<b>Invitations</b>',
  'invite.none': 'There is no invitation that could be used.',
  'invite.list_line': '🎟 {line}',
  'invite.revoke_label': 'Revoke {id}',
  'invite.revoked_toast': 'Invitation {id} is revoked.',
  'invite.over_toast': 'Invitation {id} cannot be revoked: it is {state}.',
  'invite.state.open': 'not opened yet',
  'invite.state.opened': 'opened',
  'invite.state.used': 'used',
  'invite.state.revoked': 'revoked',
  'invite.state.expired': 'expired',
  'invite.line':
    '{id}: role {role}{has_os_user, select, yes {, account {os_user}} other {}}, {state}{has_opener, select, yes { by {opener}} other {}}, by {who}, until {until}',
  'invite.line_note': '{line}: {note}',
  'invite.none_listed': 'no invitations',
  'invite.older': "older ones: 'usher invites{all, select, yes { --all} other {}} --before {id}'",
  'invite.cli_made': 'invitation {id} for the role {role}, good until {until}; it is shown only now:',
  'invite.cli_code': "let one person send the bot: '/start {code}'",
  'invite.cli_first': 'it works for whoever opens it first, and they still need an approval',
  'invite.cli_revoked': 'invitation {id} is revoked',
  'block.list_head': '<b>Blocked</b>\nNothing that they send is answered.',
  'block.none': 'Nobody is blocked.',
  'block.list_line': '🚫 {line}',
  'block.unblock_label': 'Unblock {id}',
  'block.unblocked_toast': 'Unblocked: {id} may ask again.',
  'block.not_blocked_toast': '{id} is not blocked.',
  'block.line': 'Telegram id {id}, by {who} at {at}',
  'block.line_reason': 'Telegram id {id}, by {who} at {at}: {reason}',
  'block.cli_none': 'nobody is blocked',
  'block.cli_added': 'Telegram id {id} is blocked: nothing that they send is answered',
  'block.cli_removed': 'Telegram id {id} is not blocked any more',
} as const
