using System.Collections.Immutable;

namespace Bartizan.Control.People;

/// <summary>One person, signed in at one browser.</summary>
public sealed class PersonSession
{
    private readonly Func<ImmutableArray<Grant>?> _grants;
    private long _seen;
    private volatile bool _isOver;

    internal PersonSession(string person, string how, Func<ImmutableArray<Grant>?> grants)
    {
        Person = person;
        How = how;
        _grants = grants;
    }

    /// <summary>Who.</summary>
    public string Person { get; }

    /// <summary>How they signed in, in a word.</summary>
    public string How { get; }

    /// <summary>What it is listed and ended by; nobody enters with it.</summary>
    public required string Id { get; init; }

    /// <summary>What a request that changes something must carry.</summary>
    public required string Form { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>When it ends whatever is done.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>Where from.</summary>
    public required string Address { get; init; }

    /// <summary>What they may do now; null when they aren't who they were: then the session is over.</summary>
    public ImmutableArray<Grant>? Grants => _isOver ? null : _grants();

    /// <summary>Ends it for whoever holds it, too.</summary>
    internal void End() => _isOver = true;

    /// <summary>When it was last used.</summary>
    public DateTimeOffset Seen
    {
        get => new(Volatile.Read(ref _seen), TimeSpan.Zero);
        internal set => Volatile.Write(ref _seen, value.UtcTicks);
    }
}
