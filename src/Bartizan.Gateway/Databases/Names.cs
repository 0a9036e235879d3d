using System.Collections.Concurrent;
using System.Globalization;

namespace Bartizan.Gateway.Databases;

/// <summary>
/// The names that an agent gives, and those that the server knows the same by.
/// INVARIANT: every statement and every portal gets a name on the server that none had before it: what is judged by an agent's name is what
/// runs, even where the server skipped a message, after an error, that would have put another in its place.
/// </summary>
internal sealed class Names<T>(byte kind, int max)
{
    private readonly Dictionary<string, (string Name, T Known)> _known = new(StringComparer.Ordinal);
    private readonly string _prefix = kind == 'S' ? "bs" : "bp";
    private long _last;

    /// <summary>Bytes of those that are known.</summary>
    public long Kept { get; private set; }

    /// <summary>What is to be closed on the server, when something is sent next.</summary>
    public ConcurrentQueue<Stale> Stale { get; } = new();

    /// <summary>A fresh name for the server.</summary>
    public string Fresh() => string.Create(CultureInfo.InvariantCulture, $"{_prefix}{++_last}");

    /// <summary>Puts one under an agent's name; the one before goes. False when the name is taken, or there are too many.</summary>
    public bool TryPut(string name, string there, T known)
    {
        if (name.Length > 0 && _known.ContainsKey(name))
        {
            return false;
        }

        Drop(name);
        if (_known.Count >= max)
        {
            return false;
        }

        _known[name] = (there, known);
        Kept += (known as ISized)?.Bytes ?? 0;
        return true;
    }

    /// <summary>The one under an agent's name.</summary>
    public T? Find(string name) => _known.TryGetValue(name, out var one) ? one.Known : default;

    /// <summary>Forgets the one under an agent's name, and has it closed.</summary>
    public void Drop(string name)
    {
        if (_known.Remove(name, out var one))
        {
            Kept -= (one.Known as ISized)?.Bytes ?? 0;
            Stale.Enqueue(new Stale(kind, one.Name));
        }
    }
}
