using System.Runtime.CompilerServices;
using Bartizan.Log.Segments;

namespace Bartizan.Log;

/// <summary>Reads a log's files, of a live log in another process too. Never writes.</summary>
public sealed class LogDirectory(string path)
{
    private readonly LeafWalk _walk = new(path);

    /// <summary>The directory.</summary>
    public string Path { get; } = path;

    /// <summary>The first entry that is there: those before it were pruned. 0 when none was.</summary>
    public long MinimumIndex => Pruning.MinimumIndex.Of(Path).Index;

    /// <summary>
    /// The leaves from <paramref name="from"/> on, at most <paramref name="count"/>, as far as they are written now. An
    /// unfinished tail ends the sequence; damage before the tail throws. Entries of closed segments lie in compressed bundles
    /// of 256: neighbours cost little more than one. What was pruned is left out: the first leaf is then that of
    /// <see cref="MinimumIndex"/>.
    /// </summary>
    /// <exception cref="LogInconsistentException">When a segment is missing or an entry is damaged.</exception>
    public async IAsyncEnumerable<LogLeaf> ReadAsync(
        long from,
        long count,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        var end = count > long.MaxValue - from ? long.MaxValue : from + count;
        foreach (var (index, spared) in _walk.Read(from, end))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new LogLeaf(index, spared[1..]);
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }
}
