using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Core.Flow;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Daemon.Stores;

/// <summary>
/// Which keys of stores behind tools carry labels, by keyed hashes, in one file of the state directory that grows by lines:
/// <c>STORE = what it is</c> and <c>STORE KEY LABELS</c>, <c>*</c> for all. What can't be read of it counts as every label on every key.
/// </summary>
internal sealed class StoreLabels : IStoreLabels
{
    /// <summary>Keys that are told apart; with more, all of the store carries the labels.</summary>
    public const int MaxKeys = 100_000;

    /// <summary>Stores that are told apart; with more, every store carries the labels.</summary>
    public const int MaxStores = 1_000;

    /// <summary>Bytes of the file that are read: what the keys above take.</summary>
    public const int MaxBytes = 32 << 20;

    private const string Whole = "*";
    private const int KeyBytes = 32;
    private const Labels All = Labels.Untrusted | Labels.Private | Labels.Secret;

    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly byte[] _secret = [];
    private readonly Dictionary<string, Kept> _stores = new(StringComparer.Ordinal);
    private int _keys;
    private Labels _everywhere;
    private bool _isUnknown;

    /// <summary>Reads what is kept in a state directory.</summary>
    public StoreLabels(string home)
    {
        _path = Path.Combine(home, "stores.labels");
        try
        {
            _secret = Secret(Path.Combine(home, "stores.key"), File.Exists(_path));
            Read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            _isUnknown = true;
        }
    }

    /// <summary>The stores that carry labels: their names, of how many keys, and which.</summary>
    public IReadOnlyList<(string Store, int Keys, Labels Labels)> List()
    {
        lock (_lock)
        {
            RequireKnown();
            return
            [
                .. _stores
                    .Values.Where(store => store.Any != Labels.None)
                    .Select(store => (store.Name, store.Keys.Count, store.Any))
                    .OrderBy(one => one.Name, StringComparer.Ordinal),
                .. _everywhere == Labels.None ? [] : (ReadOnlySpan<(string, int, Labels)>)[(Whole, 0, _everywhere)],
            ];
        }
    }

    /// <inheritdoc/>
    public Labels Of(string store, StoreKeys keys)
    {
        lock (_lock)
        {
            if (_isUnknown)
            {
                return All;
            }

            var found = _everywhere;
            if (_stores.GetValueOrDefault(HashOf(store)) is not { } kept)
            {
                return found;
            }

            found |= keys.IsWhole ? kept.Any : kept.Everything;
            foreach (var key in keys.Keys)
            {
                found |= kept.Keys.GetValueOrDefault(HashOf(key, store));
            }

            return found;
        }
    }

    /// <inheritdoc/>
    public void Add(string store, StoreKeys keys, Labels labels)
    {
        lock (_lock)
        {
            RequireKnown();
            var lines = new StringBuilder();
            var at = HashOf(store);
            if (!_stores.TryGetValue(at, out var kept))
            {
                if (_stores.Count >= MaxStores)
                {
                    Note(lines, Whole, Whole, _everywhere, labels);
                    Append(lines);
                    _everywhere |= labels;
                    return;
                }

                kept = new Kept(store);
                lines.Append(CultureInfo.InvariantCulture, $"{at} = {Line(store)}\n");
            }

            List<string> hashes = [.. keys.Keys.Select(key => HashOf(key, store))];
            var added = hashes.Count(hash => !kept.Keys.ContainsKey(hash));
            var isWhole = keys.IsWhole || _keys + added > MaxKeys;
            if (isWhole)
            {
                Note(lines, at, Whole, kept.Everything, labels);
            }

            foreach (var hash in _keys + added > MaxKeys ? [] : hashes)
            {
                Note(lines, at, hash, kept.Keys.GetValueOrDefault(hash), labels);
            }

            Append(lines);
            _stores[at] = kept;
            kept.Everything |= isWhole ? labels : Labels.None;
            foreach (var hash in _keys + added > MaxKeys ? [] : hashes)
            {
                kept.Keys[hash] = kept.Keys.GetValueOrDefault(hash) | labels;
            }

            _keys = _stores.Values.Sum(one => one.Keys.Count);
            kept.Any |= labels;
        }
    }

    /// <summary>Takes the labels off a store, or off one of its keys; returns those that were there.</summary>
    /// <exception cref="IOException">When that can't be kept.</exception>
    public Labels Clear(string store, string? key)
    {
        lock (_lock)
        {
            RequireKnown();
            if (store == Whole && key is null)
            {
                var before = _everywhere;
                _everywhere = Labels.None;
                Rewrite();
                return before;
            }

            if (_stores.GetValueOrDefault(HashOf(store)) is not { } kept)
            {
                return Labels.None;
            }

            Labels cleared;
            if (key is null)
            {
                cleared = kept.Any;
                _stores.Remove(HashOf(store));
            }
            else
            {
                kept.Keys.Remove(HashOf(StoreKeys.Form(key) ?? key, store), out cleared);
                kept.Any = kept.Keys.Values.Aggregate(kept.Everything, (sum, one) => sum | one);
            }

            Rewrite();
            _keys = _stores.Values.Sum(one => one.Keys.Count);
            return cleared;
        }
    }

    private static byte[] Secret(string path, bool isThere)
    {
        if (File.Exists(path))
        {
            var kept = File.ReadAllBytes(path);
            return kept.Length == KeyBytes ? kept : throw new FormatException("the key is cut");
        }

        // Hashes under a key that is lost are hashes of nothing.
        var made = isThere ? throw new FormatException("the key is lost") : RandomNumberGenerator.GetBytes(KeyBytes);
        using var file = Open(path, FileMode.CreateNew);
        file.Write(made);
        file.Flush(flushToDisk: true);
        return made;
    }

    private static FileStream Open(string path, FileMode mode) =>
        new(
            path,
            new FileStreamOptions
            {
                Mode = mode,
                Access = FileAccess.Write,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }
        );

    private void Read()
    {
        if (!File.Exists(_path))
        {
            return;
        }

        if (new FileInfo(_path).Length > MaxBytes)
        {
            throw new FormatException("it is too large");
        }

        var bytes = File.ReadAllBytes(_path);
        var end = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        foreach (var line in Encoding.UTF8.GetString(bytes.AsSpan(0, end)).Split('\n')[..^1])
        {
            Take(line.Split(' ', 3));
        }

        if (end < bytes.Length)
        {
            // A line that was being written when the power went: what it was written for never left.
            using var file = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.None);
            file.SetLength(end);
            file.Flush(flushToDisk: true);
        }
    }

    private void Take(string[] line)
    {
        if (line is [var named, "=", var name])
        {
            _stores[named] = new Kept(name);
            return;
        }

        if (
            line is not [var store, var key, var said]
            || !int.TryParse(said, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || ((Labels)number & ~All) != Labels.None
        )
        {
            throw new FormatException("a line is none of its own");
        }

        var labels = (Labels)number;
        if (store == Whole)
        {
            _everywhere |= labels;
            return;
        }

        var kept = _stores.GetValueOrDefault(store) ?? throw new FormatException("a line names no store");
        kept.Any |= labels;
        if (key == Whole)
        {
            kept.Everything |= labels;
        }
        else
        {
            _keys += kept.Keys.TryAdd(key, Labels.None) ? 1 : 0;
            kept.Keys[key] |= labels;
        }
    }

    private static void Note(StringBuilder lines, string store, string key, Labels before, Labels labels)
    {
        if ((before | labels) != before)
        {
            lines.Append(CultureInfo.InvariantCulture, $"{store} {key} {(int)(before | labels)}\n");
        }
    }

    private void Append(StringBuilder lines)
    {
        if (lines.Length == 0)
        {
            return;
        }

        try
        {
            using var file = Open(_path, FileMode.Append);
            file.Write(Encoding.UTF8.GetBytes(lines.ToString()));
            file.Flush(flushToDisk: true);
        }
        catch (Exception)
        {
            // Half a line may stand there, and the next would be written behind it.
            _isUnknown = true;
            throw;
        }
    }

    private void Rewrite()
    {
        var lines = new StringBuilder();
        Note(lines, Whole, Whole, Labels.None, _everywhere);
        foreach (var (at, kept) in _stores)
        {
            lines.Append(CultureInfo.InvariantCulture, $"{at} = {Line(kept.Name)}\n");
            Note(lines, at, Whole, Labels.None, kept.Everything);
            foreach (var (key, labels) in kept.Keys)
            {
                Note(lines, at, key, Labels.None, labels);
            }
        }

        try
        {
            using (var file = Open(_path + ".next", FileMode.Create))
            {
                file.Write(Encoding.UTF8.GetBytes(lines.ToString()));
                file.Flush(flushToDisk: true);
            }

            File.Move(_path + ".next", _path, overwrite: true);
        }
        catch (Exception)
        {
            _isUnknown = true;
            throw;
        }
    }

    private void RequireKnown()
    {
        if (_isUnknown)
        {
            throw new IOException(
                $"`{_path}` can't be read or written: until it is mended or deleted every store counts as labelled"
            );
        }
    }

    private string HashOf(string text, string? store = null) =>
        Convert.ToHexStringLower(
            HMACSHA256
                .HashData(_secret, Encoding.UTF8.GetBytes(store is null ? text : $"{store}\n{text}"))
                .AsSpan(0, 16)
        );

    private static string Line(string name) => name.ReplaceLineEndings(" ");

    private sealed class Kept(string name)
    {
        public string Name => name;

        public Dictionary<string, Labels> Keys { get; } = new(StringComparer.Ordinal);

        public Labels Everything { get; set; }

        public Labels Any { get; set; }
    }
}
