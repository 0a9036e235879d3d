namespace Bartizan.Records.Export;

/// <summary>How long to wait after a failure: twice as long each time, up to a bound, and never quite the same for two sinks.</summary>
/// <param name="chance">A number from 0 up to 1.</param>
internal sealed class BackOff(Func<double> chance)
{
    /// <summary>After a first failure: long enough for a restart of a process.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    /// <summary>A receiver that comes back is noticed within a minute.</summary>
    public static readonly TimeSpan Most = TimeSpan.FromMinutes(1);

    /// <summary>The longest that a server may ask to be left alone: a mistyped header must not stop an export for a day.</summary>
    public static readonly TimeSpan MostAsked = TimeSpan.FromMinutes(15);

    private int _failures;

    /// <summary>The wait after one more failure; what the server asked for counts when it is longer.</summary>
    public TimeSpan Next(TimeSpan? asked)
    {
        var doubled = First * Math.Pow(2, Math.Min(_failures, 16));
        _failures++;
        var wait = (doubled < Most ? doubled : Most) * (0.5 + (chance() / 2));
        return asked is { } least && least > wait ? (least < MostAsked ? least : MostAsked) : wait;
    }

    /// <summary>After a success.</summary>
    public void Reset() => _failures = 0;
}
