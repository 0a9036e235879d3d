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
    private readonly List<(int Start, int Length, ClassifierVerdict Verdict)> _said = [];
    private int _asked;
    private bool _isOver;

    /// <summary>Which classifier.</summary>
    public Classifier One => one;

    /// <summary>Where the text came from.</summary>
    public Channel Channel => channel;

    /// <summary>What it said of which window, and why it said nothing of the rest.</summary>
    /// <param name="client">Asks.</param>
    /// <param name="session">Whose turn it takes.</param>
    /// <param name="judged">What was said before.</param>
    /// <param name="timeOver">When the time for the text is over.</param>
    /// <param name="cancellationToken">When nobody waits any more.</param>
    public async Task<IReadOnlyList<(int Start, int Length, ClassifierVerdict Verdict)>> AskAsync(
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
        IEnumerator<(int Start, string Text)> windows,
        CancellationToken cancellationToken
    )
    {
        while (Next(judged, windows) is { } window)
        {
            ClassifierVerdict verdict;
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                verdict = await client
                    .AskAsync(one, session, channel, window.Text, cancellationToken)
                    .ConfigureAwait(false);
                judged.Add(one, channel, window.Text, verdict);
            }
            catch (OperationCanceledException)
            {
                verdict = ClassifierVerdict.Failed("no time for all of it");
            }

            lock (_lock)
            {
                Say(window, verdict, isOver: cancellationToken.IsCancellationRequested);
            }
        }
    }

    // The next window that wasn't judged before.
    private (int Start, string Text)? Next(JudgedWindows judged, IEnumerator<(int Start, string Text)> windows)
    {
        lock (_lock)
        {
            while (!_isOver && windows.MoveNext())
            {
                if (judged.Find(one, channel, windows.Current.Text) is { } known)
                {
                    Say(windows.Current, known, isOver: false);
                }
                else if (_asked++ < MaxNew)
                {
                    return windows.Current;
                }
                else
                {
                    Say(windows.Current, ClassifierVerdict.Failed("longer than it is asked about"), isOver: true);
                }
            }

            return null;
        }
    }

    private void Say((int Start, string Text) window, ClassifierVerdict verdict, bool isOver)
    {
        _said.Add((window.Start, window.Text.Length, verdict));
        _isOver |= isOver || verdict.Refuses(one);
    }
}
