using Bartizan.Core.Exports;

namespace Bartizan.Records.Export;

/// <summary>What is known of a sink while it runs; written by its loop, read by whoever asks for the status.</summary>
internal sealed class SinkProgress(SinkSettings settings)
{
    private readonly Lock _lock = new();
    private long _next;
    private long _sent;
    private long _setAside;
    private DateTimeOffset? _lastSent;
    private string? _problem;

    public void Moved(long next)
    {
        lock (_lock)
        {
            _next = next;
        }
    }

    public void Took(int entries, DateTimeOffset when)
    {
        lock (_lock)
        {
            _sent += entries;
            _lastSent = when;
            _problem = null;
        }
    }

    public void SetAside()
    {
        lock (_lock)
        {
            _setAside++;
        }
    }

    public void Failed(string problem)
    {
        lock (_lock)
        {
            _problem = problem;
        }
    }

    public SinkStatus Read(long size)
    {
        lock (_lock)
        {
            return new SinkStatus
            {
                Name = settings.Name,
                Kind = settings.Kind.ToString().ToLowerInvariant(),
                Next = _next,
                Lag = Math.Max(0, size - _next),
                Sent = _sent,
                SetAside = _setAside,
                LastSent = _lastSent,
                Problem = _problem,
            };
        }
    }
}
