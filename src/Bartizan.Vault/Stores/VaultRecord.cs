using System.Collections.Immutable;
using Bartizan.Vault.Sealing;

namespace Bartizan.Vault.Stores;

/// <summary>A credential of the vault: its path and its versions, the newest last.</summary>
/// <param name="Path">Its path, <c>anthropic/support-triage</c>.</param>
/// <param name="Versions">Its versions.</param>
public sealed record VaultRecord(string Path, ImmutableArray<VaultVersion> Versions)
{
    /// <summary>Versions that are remembered of one credential; the oldest go.</summary>
    internal const int MaxVersions = 16;

    /// <summary>True when it was taken away; what is left is the number of its last version, so that none is used twice.</summary>
    public bool Removed { get; init; }

    /// <summary>The version that new leases begin with; null when there is none.</summary>
    public VaultVersion? Current =>
        Versions is [.., { HasValue: true, Replaced: null } newest] && !Removed ? newest : null;

    /// <summary>How entries and people name a version of it.</summary>
    public static string HandleOf(string path, int version) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"vault:{path}@{version}");

    internal VaultVersion? Find(int number) => Versions.FirstOrDefault(v => v.Number == number);

    internal VaultRecord With(VaultVersion version) =>
        this with
        {
            Versions = [.. Versions.Select(v => v.Number == version.Number ? version : v)],
        };

    internal void Write(FieldWriter to)
    {
        to.Text(Path).Byte(Removed ? (byte)1 : (byte)0).Whole((uint)Versions.Length);
        foreach (var version in Versions)
        {
            version.Write(to);
        }
    }
}
