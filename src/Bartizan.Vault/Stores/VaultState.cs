using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Vault.Keys;
using Bartizan.Vault.Sealing;

namespace Bartizan.Vault.Stores;

/// <summary>
/// What a vault holds at one time. Each change makes the next generation, which names the file before it: an older file is known by its
/// number, and another one of the same number by its digest.
/// </summary>
/// <param name="Generation">How many changes there were.</param>
/// <param name="Before">The digest of the file before; default for the first.</param>
/// <param name="Contents">The credentials.</param>
internal sealed record VaultState(long Generation, Digest Before, VaultContents Contents)
{
    /// <summary>Credentials of one vault, those taken away counted.</summary>
    public const int MaxRecords = 10_000;

    public static VaultState Empty { get; } = new(0, default, VaultContents.Empty);

    /// <summary>The credentials, by path.</summary>
    public ImmutableSortedDictionary<string, VaultRecord> Records => Contents.Records;

    /// <summary>The sealed values in the order of the file.</summary>
    public IEnumerable<VaultVersion> Boxes => Records.Values.SelectMany(r => r.Versions).Where(v => v.HasValue);

    /// <summary>A credential; null when there is none of that path.</summary>
    /// <exception cref="InvalidDataException">When a value of it isn't what was written.</exception>
    public VaultRecord? Find(string path) => Contents.Find(path);

    public VaultState With(VaultRecord record) =>
        Records.Count < MaxRecords || Records.ContainsKey(record.Path)
            ? this with
            {
                Contents = new VaultContents(Records.SetItem(record.Path, record)),
            }
            : throw new VaultRefusedException($"a vault holds {MaxRecords} credentials", "take an instance more");

    /// <summary>The same with every value sealed under another key.</summary>
    public VaultState Resealed(byte[] vault, KeyBytes before, KeyBytes after) =>
        this with
        {
            Contents = new VaultContents(
                Records
                    .Select(pair =>
                        KeyValuePair.Create(
                            pair.Key,
                            pair.Value with
                            {
                                Versions =
                                [
                                    .. pair.Value.Versions.Select(v =>
                                        v.HasValue ? SealedValue.Reseal(before, after, vault, pair.Key, v) : v
                                    ),
                                ],
                            }
                        )
                    )
                    .ToImmutableSortedDictionary(StringComparer.Ordinal)
            ),
        };

    public byte[] Encode()
    {
        var to = new FieldWriter().Long(Generation).Text(Before.ToString()).Whole((uint)Records.Count);
        foreach (var record in Records.Values)
        {
            record.Write(to);
        }

        return to.Written.ToArray();
    }

    /// <summary>Reads a manifest and, behind it, the boxes that it names; each of them is looked at when it is asked for.</summary>
    public static VaultState Decode(ReadOnlyMemory<byte> manifest, ReadOnlyMemory<byte> boxes)
    {
        var from = new FieldReader(manifest.Span);
        var generation = from.Long();
        _ = Digest.TryParse(from.Text(), out var before);
        return new VaultState(generation, before, new VaultContents(new PackedRecords(manifest[^from.Left..], boxes)));
    }
}
