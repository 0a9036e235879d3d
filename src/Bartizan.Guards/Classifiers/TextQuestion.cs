using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Guards.Findings;

namespace Bartizan.Guards.Classifiers;

/// <summary>
/// One classifier's reading of one text: its windows in order, a few at once, until all are judged, one refuses, there are too many, or
/// the time for the text is over. What is left then is a failure.
/// </summary>
internal sealed class TextQuestion(Classifier one, Channel channel, string text)
{
    /// <summary>Windows of one text that a classifier is asked about anew; those that it judged before don't count.</summary>
    private const int MaxNew = 64;

    private readonly Lock _lock = new();
    private readonly List<ClassifierVerdict> _said = [];
    private int _asked;
    private bool _isOver;

    /// <summary>Which classifier.</summary>
    public Classifier One => one;

    /// <summary>Where the text came from.</summary>
    public Channel Channel => channel;

    /// <summary>What it said, and why it said nothing of the rest.</summary>
    /// <param name="client">Asks.</param>
    /// <param name="session">Whose turn it takes.</param>
    /// <param name="judged">What was said before.</param>
    /// <param name="timeOver">When the time for the text is over.</param>
    /// <param name="cancellationToken">When nobody waits any more.</param>
    public async Task<IReadOnlyList<ClassifierVerdict>> AskAsync(
        ClassifierClient client,
        Session session,
        JudgedWindows judged,
        CancellationToken timeOver,
        CancellationToken cancellationToken
    )
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeOver, cancellationToken);
        using var windows = TextWindows.Of(text).GetEnumerator();
        await Task.WhenAll(
                Enumerable
                    .Range(0, ClassifierTurns.MaxOfSession)
                    .Select(_ => ReadAsync(client, session, judged, windows, either.Token))
            )
            .ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return _said;
    }

    private async Task ReadAsync(
        ClassifierClient client,
        Session session,
        JudgedWindows judged,
        IEnumerator<string> windows,
        CancellationToken cancellationToken
    )
    {
        while (Next(judged, windows) is { } window)
        {
            ClassifierVerdict verdict;
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                verdict = await client.AskAsync(one, session, channel, window, cancellationToken).ConfigureAwait(false);
                judged.Add(one, channel, window, verdict);
            }
            catch (OperationCanceledException)
            {
                verdict = ClassifierVerdict.Failed("no time for all of it");
            }

            lock (_lock)
            {
                Say(verdict, isOver: cancellationToken.IsCancellationRequested);
            }
        }
    }

    // The next window that wasn't judged before.
    private string? Next(JudgedWindows judged, IEnumerator<string> windows)
    {
        lock (_lock)
        {
            while (!_isOver && windows.MoveNext())
            {
                if (judged.Find(one, channel, windows.Current) is { } known)
                {
                    Say(known, isOver: false);
                }
                else if (_asked++ < MaxNew)
                {
                    return windows.Current;
                }
                else
                {
                    Say(ClassifierVerdict.Failed("longer than it is asked about"), isOver: true);
                }
            }

            return null;
        }
    }

    private void Say(ClassifierVerdict verdict, bool isOver)
    {
        _said.Add(verdict);
        _isOver |= isOver || verdict.Refuses(one);
    }
}
