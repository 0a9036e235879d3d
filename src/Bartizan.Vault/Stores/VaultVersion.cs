using System.Collections.Immutable;
using Bartizan.Vault.Sealing;

namespace Bartizan.Vault.Stores;

/// <summary>One version of a credential, as the vault's manifest has it; its value lies sealed beside.</summary>
public sealed record VaultVersion
{
    private const int DigestBytes = 32;

    /// <summary>Its number, counted from 1; none is used twice.</summary>
    public required int Number { get; init; }

    /// <summary>When it was written.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Its terms.</summary>
    public required VaultTerms Terms { get; init; }

    /// <summary>When another took its place; null for the current one.</summary>
    public DateTimeOffset? Replaced { get; init; }

    /// <summary>Until when leases that began with it still hold; null for the current one.</summary>
    public DateTimeOffset? Grace { get; init; }

    /// <summary>When it was revoked, and its value destroyed.</summary>
    public DateTimeOffset? Revoked { get; init; }

    /// <summary>The SHA-256 of its sealed value; empty when that is destroyed.</summary>
    internal ImmutableArray<byte> Digest { get; init; } = [];

    /// <summary>The sealed value; it stands behind the manifest in the file.</summary>
    internal ImmutableArray<byte> Box { get; init; } = [];

    /// <summary>True while there is a value to lend.</summary>
    public bool HasValue => !Digest.IsEmpty;

    internal void Write(FieldWriter to)
    {
        to.Whole((uint)Number).Time(Created).Time(Replaced).Time(Grace).Time(Revoked);
        Terms.Write(to);
        to.Whole((uint)Box.Length).Raw(Digest.AsSpan());
    }

    /// <summary>Passes over one, and says how long its box is.</summary>
    internal static int Skip(ref FieldReader from)
    {
        from.Raw(sizeof(uint) + (4 * sizeof(long))); // the number and the four times
        VaultTerms.Skip(ref from);
        var length = (int)from.Whole();
        from.Raw(length == 0 ? 0 : DigestBytes);
        return length;
    }

    internal static (VaultVersion Version, int BoxLength) Read(ref FieldReader from)
    {
        var number = (int)from.Whole();
        var created = from.Time() ?? throw new InvalidDataException("a version has no time");
        var (replaced, grace, revoked) = (from.Time(), from.Time(), from.Time());
        var terms = VaultTerms.Read(ref from);
        var length = (int)from.Whole();
        return (
            new VaultVersion
            {
                Number = number,
                Created = created,
                Replaced = replaced,
                Grace = grace,
                Revoked = revoked,
                Terms = terms,
                Digest = length == 0 ? [] : [.. from.Raw(DigestBytes)],
            },
            length
        );
    }
}
