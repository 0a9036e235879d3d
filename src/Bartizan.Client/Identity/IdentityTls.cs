namespace Bartizan.Client.Identity;

/// <summary>The TLS that the instance serves its keys with.</summary>
/// <param name="Ends">When its certificate ends.</param>
/// <param name="Problem">What a person is to mend: it ends soon or has ended, or what the files hold now can't be served; null for nothing.</param>
public sealed record IdentityTls(DateTimeOffset Ends, string? Problem);
