namespace Bartizan.Gateway.Model.Deciding;

/// <summary>The events of calls that are not decided yet, in their order, byte for byte.</summary>
internal sealed class HeldEvents
{
    /// <summary>Held of one answer. The longest arguments that models write come to a few MiB of events.</summary>
    public const int MaxHeldBytes = 16 << 20;

    private readonly List<byte[]> _events = [];
    private long _length;

    /// <summary>The events.</summary>
    public IReadOnlyList<byte[]> Events => _events;

    /// <summary>True when none is held.</summary>
    public bool IsEmpty => _events.Count == 0;

    /// <summary>Holds one more.</summary>
    public void Add(RawEvent read)
    {
        _length += read.Raw.Length;
        if (_length > MaxHeldBytes)
        {
            throw StrictJson.Broken("the upstream's answer has a tool call that is too long to be decided");
        }

        _events.Add(read.Raw.ToArray());
    }

    /// <summary>Lets go of all, unsent.</summary>
    public void Clear()
    {
        _events.Clear();
        _length = 0;
    }

    /// <summary>Sends all on as they came.</summary>
    public void PassTo(DecidedStream stream)
    {
        foreach (var raw in _events)
        {
            stream.Pass(raw);
        }

        Clear();
    }
}
