using System.Collections.Concurrent;
using System.Globalization;

namespace Bartizan.Gateway.Databases;

/// <summary>
/// The names that an agent gives, and those that the server knows the same by.
/// INVARIANT: every statement and every portal gets a name on the server that none had before it: what is judged by an agent's name is what
/// runs, even where the server skipped a message, after an error, that would have put another in its place.
/// </summary>
internal sealed class Names<T>(byte kind, int max, KeptBytes kept)
    where T : ISized
{
    private readonly Dictionary<string, (string Name, T Known)> _known = new(StringComparer.Ordinal);
    private readonly string _prefix = kind == 'S' ? "bs" : "bp";
    private long _last;

    /// <summary>What is to be closed on the server, when something is sent next.</summary>
    public ConcurrentQueue<Stale> Stale { get; } = new();

    /// <summary>A fresh name for the server.</summary>
    public string Fresh() => string.Create(CultureInfo.InvariantCulture, $"{_prefix}{++_last}");

    /// <summary>Puts one under an agent's name; the one before goes. False, and the name free, when there is no room.</summary>
    public bool TryPut(string name, string there, T known)
    {
        Drop(name);
        if (_known.Count >= max || !kept.TryTake(known.Bytes))
        {
            return false;
        }

        _known[name] = (there, known);
        return true;
    }

    /// <summary>The one under an agent's name.</summary>
    public T? Find(string name) => _known.TryGetValue(name, out var one) ? one.Known : default;

    /// <summary>Forgets the one under an agent's name, and has it closed.</summary>
    public void Drop(string name)
    {
        if (_known.Remove(name, out var one))
        {
            kept.Return(one.Known.Bytes);
            Stale.Enqueue(new Stale(kind, one.Name));
        }
    }

    /// <summary>Forgets all of them: the connection ended, and the server has done the same.</summary>
    public void Clear()
    {
        kept.Return(_known.Values.Sum(one => one.Known.Bytes));
        _known.Clear();
    }
}
