using System.Collections.Immutable;

namespace Bartizan.Vault.Stores;

/// <summary>
/// A vault's credentials by path. What was read from a file stays packed until somebody asks for more than single ones: an opening costs
/// what the file's bytes cost, and not an object for each credential. Only under the vault's lock.
/// </summary>
internal sealed class VaultContents
{
    private readonly PackedRecords? _packed;
    private readonly Dictionary<string, VaultRecord> _found = new(StringComparer.Ordinal);
    private ImmutableSortedDictionary<string, VaultRecord>? _records;

    /// <summary>As they were read.</summary>
    public VaultContents(PackedRecords packed) => _packed = packed;

    /// <summary>As they were changed.</summary>
    public VaultContents(ImmutableSortedDictionary<string, VaultRecord> records) => _records = records;

    public static VaultContents Empty { get; } =
        new(ImmutableSortedDictionary.Create<string, VaultRecord>(StringComparer.Ordinal));

    /// <summary>All of them.</summary>
    /// <exception cref="InvalidDataException">When a value isn't what was written.</exception>
    public ImmutableSortedDictionary<string, VaultRecord> Records =>
        _records ??= _packed!.All().ToImmutableSortedDictionary(r => r.Path, r => r, StringComparer.Ordinal);

    /// <summary>One of them; null when there is none of that path.</summary>
    /// <exception cref="InvalidDataException">When a value of it isn't what was written.</exception>
    public VaultRecord? Find(string path)
    {
        if (_records is not null)
        {
            return _records.GetValueOrDefault(path);
        }

        if (!_found.TryGetValue(path, out var record) && _packed!.Find(path) is { } unpacked)
        {
            record = _found[path] = unpacked;
        }

        return record;
    }
}
