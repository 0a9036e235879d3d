using System.Reflection;
using Bartizan.Client;
using Bartizan.Client.Approvals;
using Bartizan.Client.Events;
using Bartizan.Client.Records;
using Bartizan.Client.Sessions;
using Bartizan.Control;

namespace Bartizan.Console.Tests;

/// <summary>What a control API of a test answers with: the endpoints are the real ones, what is behind them is said here.</summary>
public class ScriptedInstance : DispatchProxy
{
    private readonly Dictionary<string, Func<object?[], object?>> _answers = new(StringComparer.Ordinal);

    /// <summary>What was asked to change something, with its arguments.</summary>
    public List<(string Method, object? Request)> Asked { get; } = [];

    /// <summary>The live sessions.</summary>
    public IReadOnlyList<SessionSummary> Live { get; set; } = [];

    /// <summary>The asks.</summary>
    public IReadOnlyList<AskLine> Asks { get; set; } = [];

    /// <summary>The log.</summary>
    public IReadOnlyList<LogRow> Log { get; set; } = [];

    /// <summary>What is told to whoever watches.</summary>
    public Func<CancellationToken, IAsyncEnumerable<LiveChange?>> Changes { get; set; } = Silent;

    /// <summary>How the instance is.</summary>
    public StatusReply Status { get; set; } =
        new()
        {
            Version = "0.1.0",
            Instance = "bartizan-test",
            Pid = 1,
            Since = DateTimeOffset.UnixEpoch,
            Sessions = 0,
            Entries = 0,
            Syncs = 0,
            ResidentBytes = 0,
        };

    /// <summary>Makes one.</summary>
    public static (IInstance Instance, ScriptedInstance Script) Make()
    {
        var instance = Create<IInstance, ScriptedInstance>();
        var script = (ScriptedInstance)(object)instance;
        script.On(nameof(IInstance.Status), _ => script.Status);
        script.On(nameof(IInstance.Sessions), _ => script.Live);
        script.On(nameof(IAskDesk.Asks), _ => new AsksReply(script.Asks, "list"));
        script.On(nameof(IAskDesk.Ask), a => script.Asks.FirstOrDefault(ask => ask.Id == (string)a[1]!));
        script.On(
            nameof(IInstance.Waiting),
            _ => (IReadOnlyList<AskNote>)[.. script.Asks.Select(ask => new AskNote(ask.Id, ask.Agent))]
        );
        script.On(nameof(IAskDesk.AnswerAsync), a => script.Take(a, new AnswerReply(true, "it was answered")));
        script.On(nameof(IInstance.KillAsync), a => script.Take(a, Switched(a)));
        script.On(nameof(IInstance.PauseAsync), a => script.Take(a, Switched(a)));
        script.On(nameof(IInstance.ResumeAsync), a => script.Take(a, Switched(a)));
        script.On(nameof(IRecordDesk.LogAsync), _ => Task.FromResult(Page(script.Log)));
        script.On(nameof(IRecordDesk.FindingsAsync), _ => Task.FromResult(Page(script.Log)));
        script.On(
            nameof(IRecordDesk.TimelineAsync),
            a => Task.FromResult(Page([.. script.Log.Where(row => row.Index > (((LogRequest)a[1]!).After ?? -1))]))
        );
        script.On(nameof(IRecordDesk.ChangesAsync), a => script.Changes((CancellationToken)a[1]!));
        return (instance, script);
    }

    /// <summary>Says what a method answers.</summary>
    public void On(string method, Func<object?[], object?> answer) => _answers[method] = answer;

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        _answers.TryGetValue(targetMethod!.Name, out var answer)
            ? answer(args ?? [])
            : throw new ControlException(new ControlProblem(125, $"the test has no answer for {targetMethod.Name}"));

    private Task<T> Take<T>(object?[] arguments, T reply)
    {
        Asked.Add((typeof(T).Name, arguments[0]));
        return Task.FromResult(reply);
    }

    private static SwitchReply Switched(object?[] arguments) =>
        new([((SwitchRequest)arguments[0]!).Session ?? "all"], 3);

    private static LogReply Page(IReadOnlyList<LogRow> rows) => new(rows, rows.Count, false, false);

    private static async IAsyncEnumerable<LiveChange?> Silent(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        yield return null;
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }
}
