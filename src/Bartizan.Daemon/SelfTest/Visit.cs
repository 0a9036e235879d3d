using System.Text;

namespace Bartizan.Daemon.SelfTest;

/// <summary>One connection that reached a canary.</summary>
internal sealed class Visit
{
    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Its first bytes, as Latin-1.</summary>
    public string Text
    {
        get
        {
            lock (_lock)
            {
                return _text.ToString();
            }
        }
    }

    /// <summary>Completes when the connection is gone.</summary>
    public Task Ended => _ended.Task;

    public void Add(ReadOnlySpan<byte> bytes, int most)
    {
        lock (_lock)
        {
            _text.Append(
                Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, most - Math.Min(most, _text.Length))])
            );
        }
    }

    public void End() => _ended.TrySetResult();
}
