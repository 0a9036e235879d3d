using System.Runtime.CompilerServices;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Guards.Contents;
using Bartizan.Guards.Findings;

namespace Bartizan.Guards.Classifiers;

/// <summary>
/// Has classifiers outside read what comes to an agent's model: what its user typed and what tools answered, in the requests that carry
/// it. A long text goes in windows; a window that was judged isn't asked about again. It only makes a decision stricter, and what a
/// classifier doesn't answer is what its manifest says of that.
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

        var texts = action.Payloads.SelectMany(payload => PayloadTexts.Of(payload, isModel: true)).ToList();
        return await JudgeAsync(session, terms, texts, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<GuardReport> JudgeAsync(
        Session session,
        GuardTerms terms,
        IReadOnlyList<(Channel Channel, string Text)> texts,
        CancellationToken cancellationToken
    )
    {
        TextQuestion[] questions =
        [
            .. from one in terms.Classifiers
            from text in texts
            where text.Channel == Channel.User ? one.ReadsUser : one.ReadsUntrusted
            select new TextQuestion(one, text.Channel, text.Text),
        ];
        var judged = _judged.GetOrCreateValue(session);
        using var timeOver = new CancellationTokenSource(s_within, clock);
        try
        {
            var asked = questions.Select(q => q.AskAsync(_client, session, judged, timeOver.Token, cancellationToken));
            var answers = await Task.WhenAll(asked).ConfigureAwait(false);
            return ReportOf(questions.Zip(answers));
        }
        catch (Exception) when (questions.Any(q => q.Channel == Channel.Untrusted))
        {
            // Given up, or broken: the action is refused, and what it carried stays unjudged.
            session.AddLabels(Labels.Untrusted);
            throw;
        }
    }

    private static GuardReport ReportOf(
        IEnumerable<(TextQuestion Question, IReadOnlyList<ClassifierVerdict> Answers)> all
    )
    {
        var verdicts = new Verdicts();
        foreach (var (question, answers) in all)
        {
            foreach (var answer in answers)
            {
                answer.Tell(verdicts, question.One, question.Channel);
            }
        }

        return verdicts.ToReport();
    }
}
