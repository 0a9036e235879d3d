using System.Security.Cryptography;
using System.Text;
using Bartizan.Core.Manifests;
using Bartizan.Guards.Findings;

namespace Bartizan.Guards.Classifiers;

/// <summary>
/// What classifiers said of one session's windows, by keyed hashes of them: a conversation repeats what was read with each request. No
/// answer isn't kept.
/// </summary>
internal sealed class JudgedWindows
{
    /// <summary>Windows that are remembered; a further one is asked about each time.</summary>
    public const int MaxWindows = 4096;

    private readonly Lock _lock = new();
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<string, ClassifierVerdict> _said = new(StringComparer.Ordinal);

    /// <summary>What was said of a window; null when nothing was.</summary>
    public ClassifierVerdict? Find(Classifier one, Channel channel, string window)
    {
        var key = KeyOf(one, channel, window);
        lock (_lock)
        {
            return _said.GetValueOrDefault(key);
        }
    }

    /// <summary>Remembers what was said.</summary>
    public void Add(Classifier one, Channel channel, string window, ClassifierVerdict verdict)
    {
        var key = KeyOf(one, channel, window);
        lock (_lock)
        {
            if (verdict.Failure is null && _said.Count < MaxWindows)
            {
                _said[key] = verdict;
            }
        }
    }

    private string KeyOf(Classifier one, Channel channel, string window) =>
        $"{one.Url} {channel} " + Convert.ToHexString(HMACSHA256.HashData(_key, Encoding.Unicode.GetBytes(window)));
}
