using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Log;
using Bartizan.Vault.Leases;

namespace Bartizan.Daemon;

/// <summary>
/// What stands elsewhere for this instance, in one file that is written whole before it is made there and after it is gone: what stands in
/// it and belongs to no live session is to be taken away.
/// </summary>
internal sealed class LeaseBook<T>(string path, Func<T, string> idOf) : ILeaseBook<T>
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly JsonSerializerOptions s_strict = new(JsonSerializerOptions.Strict)
    {
        RespectRequiredConstructorParameters = false,
    };

    private readonly Lock _lock = new();
    private ImmutableSortedDictionary<string, T> _records = Read(path, idOf);

    /// <inheritdoc/>
    public IReadOnlyCollection<T> All => [.. _records.Values];

    /// <inheritdoc/>
    public void Add(T record)
    {
        lock (_lock)
        {
            Write(_records.SetItem(idOf(record), record));
        }
    }

    /// <inheritdoc/>
    public void Remove(T record)
    {
        lock (_lock)
        {
            if (_records.ContainsKey(idOf(record)))
            {
                Write(_records.Remove(idOf(record)));
            }
        }
    }

    private void Write(ImmutableSortedDictionary<string, T> records)
    {
        DurableFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(records.Values, s_strict), OwnerOnly);
        _records = records;
    }

    private static ImmutableSortedDictionary<string, T> Read(string path, Func<T, string> idOf) =>
        File.Exists(path)
            ? JsonSerializer
                .Deserialize<T[]>(File.ReadAllBytes(path), s_strict)!
                .ToImmutableSortedDictionary(idOf, record => record, StringComparer.Ordinal)
            : ImmutableSortedDictionary.Create<string, T>(StringComparer.Ordinal);
}
