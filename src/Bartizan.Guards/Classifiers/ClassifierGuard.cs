using System.Runtime.CompilerServices;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Guards.Contents;
using Bartizan.Guards.Findings;

namespace Bartizan.Guards.Classifiers;

/// <summary>
/// Has classifiers outside read what comes to an agent and to its model: what tools answer, before the agent has it, and what its user
/// typed and tools answered in the requests that carry it. A long text goes in windows; a window that was judged isn't asked about again.
/// It only makes a decision stricter, and what a classifier doesn't answer is what its manifest says of that.
/// </summary>
public sealed class ClassifierGuard(ISessions sessions, TimeProvider clock) : IGuard, IAsyncDisposable
{
    // Before the ten seconds of all guards are over: who waits then hears what was judged.
    private static readonly TimeSpan s_within = TimeSpan.FromSeconds(8);

    private readonly ClassifierClient _client = new(clock);
    private readonly ConditionalWeakTable<Session, JudgedWindows> _judged = [];

    /// <inheritdoc/>
    public bool Concerns(Session session, AgentAction action)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(action);
        return session.Manifest.Guards is { Classifiers.IsEmpty: false }
            && action.Target.Verb == Verb.Model
            && !action.Payloads.IsDefaultOrEmpty;
    }

    /// <inheritdoc/>
    public async ValueTask<GuardReport> InspectAsync(AgentAction action, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (sessions.Find(action.Session) is not { Manifest.Guards: { } terms } session)
        {
            return new GuardReport(Effect.Deny, Labels.None, ["the session is over"]);
        }

        JudgedText[] texts =
        [
            .. from one in terms.Classifiers
            from payload in action.Payloads
            from text in PayloadTexts.Of(payload, isModel: true)
            where text.Channel == Channel.User ? one.ReadsUser : one.ReadsUntrusted
            let pieces = new RequestPieces(payload.Content, text.Channel, text.Text, action.Known)
            select new JudgedText(one, text.Channel, text.Text, pieces),
        ];
        return await JudgeAsync(session, texts, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public bool ReadsResults(Session session, AgentAction action)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(action);
        return action.Target.Verb == Verb.Tool
            && session.Manifest.Guards?.Classifiers.Any(one => one.ReadsUntrusted) == true;
    }

    /// <inheritdoc/>
    public async ValueTask<GuardReport> ReadResultAsync(
        Session session,
        AgentAction action,
        ReadOnlyMemory<byte> message,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(action);
        var texts = PayloadTexts.Of(message, isModel: false);

        // Of what people say of an answer nothing is remembered: it is held by itself, and its pieces have no names.
        JudgedText[] judged =
        [
            .. from one in session.Manifest.Guards?.Classifiers ?? []
            where one.ReadsUntrusted
            from text in texts
            let pieces = new RequestPieces(default, Channel.Untrusted, text.Text, known: null)
            select new JudgedText(one, Channel.Untrusted, text.Text, pieces),
        ];
        return await JudgeAsync(session, judged, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<GuardReport> JudgeAsync(Session session, JudgedText[] texts, CancellationToken cancellationToken)
    {
        var judged = _judged.GetOrCreateValue(session);
        using var timeOver = new CancellationTokenSource(s_within, clock);
        try
        {
            await Task.WhenAll(
                    texts.Select(text =>
                        text.AskAsync(question =>
                            question.AskAsync(_client, session, judged, timeOver.Token, cancellationToken)
                        )
                    )
                )
                .ConfigureAwait(false);
            var verdicts = new Verdicts();
            foreach (var text in texts)
            {
                text.Tell(verdicts);
            }

            return verdicts.ToReport();
        }
        catch (Exception) when (texts.Any(text => text.IsUntrusted))
        {
            // Given up, or broken: the action is refused, and what it carried stays unjudged.
            session.AddLabels(Labels.Untrusted);
            throw;
        }
    }
}
