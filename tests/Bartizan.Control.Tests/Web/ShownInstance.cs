using System.Reflection;
using Bartizan.Client.Approvals;
using Bartizan.Client.Events;
using Bartizan.Client.Records;
using Bartizan.Client.Sessions;

namespace Bartizan.Control.Tests.Web;

/// <summary>An instance as the web API sees it: sessions and asks that a test puts there, and what was done to it.</summary>
public class ShownInstance : DispatchProxy
{
    private readonly List<string> _done = [];

    public static (IInstance Instance, ShownInstance Shown) Make()
    {
        var instance = Create<IInstance, ShownInstance>();
        return (instance, (ShownInstance)(object)instance);
    }

    public List<SessionSummary> Live { get; } = [];

    public List<AskLine> Waiting { get; } = [];

    /// <summary>The switches that were thrown.</summary>
    public List<SwitchRequest> Switched { get; } = [];

    /// <summary>What is told to whoever watches.</summary>
    public Func<CancellationToken, IAsyncEnumerable<LiveChange?>> Changes { get; set; } =
        _ => AsyncEnumerable.Empty<LiveChange?>();

    /// <summary>What was done, by whom: <c>KillAsync by alice</c>.</summary>
    public IReadOnlyList<string> Done
    {
        get
        {
            lock (_done)
            {
                return [.. _done];
            }
        }
    }

    public void Run(string session, string agent) =>
        Live.Add(
            new SessionSummary
            {
                Session = session,
                Agent = $"{agent}@1",
                Person = "owner",
                State = "running",
                Since = DateTimeOffset.UnixEpoch,
                Labels = "",
                Kind = "run",
            }
        );

    public void Ask(string id, string agent) =>
        Waiting.Add(
            new AskLine
            {
                Id = id,
                Digest = new string('a', 64),
                Session = "s",
                Agent = $"{agent}@1",
                Person = "owner",
                Action = "tool refund",
                Needs = "1 of alice@example.com",
                Since = DateTimeOffset.UnixEpoch,
                Until = DateTimeOffset.UnixEpoch,
            }
        );

    private Task<SwitchReply> Take(SwitchRequest request)
    {
        lock (_done)
        {
            Switched.Add(request);
        }

        return Task.FromResult(new SwitchReply(request.Session is { } one ? [one] : [], 0));
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        switch (targetMethod!.Name)
        {
            case nameof(IInstance.Sessions):
                return (IReadOnlyList<SessionSummary>)[.. Live];
            case nameof(IInstance.Asks):
                return new AsksReply([.. Waiting], "");
            case nameof(IInstance.Ask):
                return Waiting.FirstOrDefault(ask => ask.Id == (string)args![1]!);
            case nameof(IInstance.Waiting):
                return (IReadOnlyList<AskNote>)[.. Waiting.Select(ask => new AskNote(ask.Id, ask.Agent))];
            case nameof(IInstance.Status):
                return new Client.StatusReply
                {
                    Version = "1",
                    Instance = "test",
                    Pid = 1,
                    Since = DateTimeOffset.UnixEpoch,
                    Sessions = Live.Count,
                    Entries = 1,
                    Syncs = 1,
                    ResidentBytes = 1,
                    LogProblem = "the disk is full",
                    Circuits = [.. Live.Select(one => new Client.CircuitLine(one.Agent, "c", "open", "r", default))],
                    Served =
                    [
                        .. Live.Select(one => new Client.Serving.ServedLine(one.Agent, "http://a", "/b", 1, default)),
                    ],
                };
            case nameof(IRecordDesk.LogAsync) or nameof(IRecordDesk.FindingsAsync) or nameof(IRecordDesk.TimelineAsync):
                return Task.FromResult(new LogReply([], 0, false, false));
            case nameof(IRecordDesk.ProofAsync):
                return Task.FromResult<ProofReply>(null!);
            case nameof(IRecordDesk.CountsAsync):
                return Task.FromResult<CountsReply>(null!);
            case nameof(IRecordDesk.ChangesAsync):
                return Changes((CancellationToken)args![1]!);
            case nameof(IInstance.Statistics):
                return new StatisticsReply([
                    new PersonLine("alice@example.com", 1, 1, 1, 1, 1),
                    new PersonLine("bob", 1, 1, 1, 1, 1),
                ]);
        }

        lock (_done)
        {
            _done.Add($"{targetMethod.Name} by {args!.OfType<string>().LastOrDefault()}");
        }

        return targetMethod.Name switch
        {
            nameof(IInstance.PauseAsync) or nameof(IInstance.ResumeAsync) or nameof(IInstance.KillAsync) => Take(
                (SwitchRequest)args![0]!
            ),
            nameof(IInstance.AnswerAsync) or nameof(IInstance.AnswerAllAsync) => Task.FromResult(
                new AnswerReply(true, "done")
            ),
            nameof(IInstance.LabelsAsync) or nameof(IInstance.ClearLabelAsync) => Task.FromResult(
                new LabelsReply
                {
                    Session = "s",
                    Agent = "support",
                    Person = "owner",
                    Seen = 0,
                    Labels = [],
                    Needs = "",
                }
            ),
            _ => throw new InvalidOperationException($"{targetMethod.Name} is not for people elsewhere"),
        };
    }
}
