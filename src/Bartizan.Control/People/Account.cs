using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Bartizan.Control.People;

/// <summary>
/// A person's account of this instance: how they sign in, and what they may do. Secrets are kept as hashes, but for the one that codes are
/// made of.
/// </summary>
public sealed partial record Account
{
    /// <summary>Characters of a name.</summary>
    public const int MaxName = 128;

    /// <summary>Recovery codes of one account.</summary>
    public const int MaxRecoveryCodes = 10;

    /// <summary>Who it is: an address, so that it is never taken for the name of an account of the host.</summary>
    public required string Name { get; init; }

    /// <summary>What they were given. What of it counts is <see cref="Powers"/>.</summary>
    public ImmutableArray<Grant> Grants { get; init; } = [];

    /// <summary>
    /// True when the owner at the host handed out the token that it was set up with, or is to be. Of what an administrator handed out
    /// nobody knows that the administrator didn't keep it.
    /// </summary>
    public bool IsOwnersToken { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Grows when how they sign in changes: sign-ins from before are over.</summary>
    public long Generation { get; init; }

    /// <summary>What is kept of the passphrase; null until it is set up.</summary>
    public PassphraseHash? Passphrase { get; init; }

    /// <summary>What codes are made of.</summary>
    public byte[] Secret { get; init; } = [];

    /// <summary>The step of the last code that was taken.</summary>
    public long LastStep { get; init; }

    /// <summary>SHA-256 of each recovery code that wasn't used.</summary>
    public ImmutableArray<byte[]> Recovery { get; init; } = [];

    /// <summary>SHA-256 of the token that sets it up; null when none is out.</summary>
    public byte[]? Setup { get; init; }

    /// <summary>Until when that holds.</summary>
    public DateTimeOffset SetupUntil { get; init; }

    /// <summary>
    /// What they may do. INVARIANT: nobody answers asks by an account that somebody else than the owner could have set up for themselves,
    /// whoever gave it the role, and when.
    /// </summary>
    public ImmutableArray<Grant> Powers() =>
        IsOwnersToken ? Grants : Grants.RemoveAll(one => Permission.Implies(one.Role, Role.Approver));

    /// <summary>True when the name can be one of a person.</summary>
    public static bool IsName(string? name) => name is { Length: > 0 and <= MaxName } && NamePattern().IsMatch(name);

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._+-]*@[a-z0-9]([a-z0-9.-]*[a-z0-9])?\z")]
    private static partial Regex NamePattern();
}
