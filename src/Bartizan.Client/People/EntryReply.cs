namespace Bartizan.Client.People;

/// <summary>How people may sign in here.</summary>
/// <param name="Accounts">True with a passphrase and a code.</param>
/// <param name="OpenId">Where to go for the organisation's sign-in; null when there is none.</param>
public sealed record EntryReply(bool Accounts, string? OpenId);
