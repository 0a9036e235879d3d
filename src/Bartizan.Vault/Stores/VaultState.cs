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
/// <param name="Records">The credentials, by path.</param>
internal sealed record VaultState(
    long Generation,
    Digest Before,
    ImmutableSortedDictionary<string, VaultRecord> Records
)
{
    /// <summary>Credentials of one vault, those taken away counted.</summary>
    public const int MaxRecords = 1000;

    public static VaultState Empty { get; } =
        new(0, default, ImmutableSortedDictionary.Create<string, VaultRecord>(StringComparer.Ordinal));

    /// <summary>The sealed values in the order of the file.</summary>
    public IEnumerable<VaultVersion> Boxes => Records.Values.SelectMany(r => r.Versions).Where(v => v.HasValue);

    public VaultState With(VaultRecord record) =>
        Records.Count < MaxRecords || Records.ContainsKey(record.Path)
            ? this with
            {
                Records = Records.SetItem(record.Path, record),
            }
            : throw new VaultRefusedException($"a vault holds {MaxRecords} credentials", "take an instance more");

    /// <summary>The same with every value sealed under another key.</summary>
    public VaultState Resealed(byte[] vault, KeyBytes before, KeyBytes after) =>
        this with
        {
            Records = Records
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
                .ToImmutableSortedDictionary(StringComparer.Ordinal),
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

    /// <summary>Reads a manifest and, behind it, the boxes that it names; each must be the one that was written.</summary>
    public static VaultState Decode(ReadOnlySpan<byte> manifest, ReadOnlySpan<byte> boxes)
    {
        var from = new FieldReader(manifest);
        var rest = new FieldReader(boxes);
        var generation = from.Long();
        _ = Digest.TryParse(from.Text(), out var before);
        var records = ImmutableSortedDictionary.CreateBuilder<string, VaultRecord>(StringComparer.Ordinal);
        for (var left = from.Whole(); left > 0; left--)
        {
            var path = from.Text();
            var removed = from.Byte() != 0;
            var versions = ImmutableArray.CreateBuilder<VaultVersion>();
            for (var more = from.Whole(); more > 0; more--)
            {
                var (version, length) = VaultVersion.Read(ref from);
                var box = rest.Raw(length);
                if (length > 0 && !Digest.Of(box).Equals(Digest.FromBytes(version.Digest.AsSpan())))
                {
                    throw new InvalidDataException($"`{path}` isn't what was written");
                }

                versions.Add(version with { Box = [.. box] });
            }

            records.Add(path, new VaultRecord(path, versions.ToImmutable()) { Removed = removed });
        }

        from.End();
        rest.End();
        return new VaultState(generation, before, records.ToImmutable());
    }
}
