namespace Bartizan.Vault.Leases;

/// <summary>How revocations of one kind are told.</summary>
/// <typeparam name="T">What is known of what is revoked.</typeparam>
/// <param name="IdOf">Tells one from another.</param>
/// <param name="Waits">What the status says of one that waits, with its problem.</param>
/// <param name="SayAsync">Records that it is gone (true) or isn't yet, with its problem.</param>
public sealed record RevocationWords<T>(
    Func<T, string> IdOf,
    Func<T, string, string> Waits,
    Func<T, bool, string, Task> SayAsync
);
