using System.Collections.Concurrent;
using System.IO.Pipelines;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;
using Bartizan.Core.Shell;

namespace Bartizan.Gateway.Model.Deciding;

/// <summary>Who decides the tool calls in a session's answers; nobody, where its client asks by itself or no rule meets them.</summary>
internal sealed class CallJudges(
    ReferenceMonitor monitor,
    Func<Session, string?> clientOf,
    Func<Session, ShellPlaces> places,
    TimeProvider clock
)
{
    private readonly ConcurrentDictionary<string, ClientTools> _tools = new(StringComparer.Ordinal);

    /// <summary>Begins to decide an answer; null when its session's calls aren't decided here.</summary>
    public DecidedAnswer? Of(
        ModelCall call,
        HttpResponseMessage response,
        PipeWriter writer,
        CancellationToken cancellationToken
    )
    {
        if (clientOf(call.Session) is not { } client)
        {
            return null;
        }

        var judge = new CallJudge(monitor, call.Session, _tools.GetOrAdd(client, ClientTools.Of), places(call.Session));
        return DecidedAnswer.Of(call, response, judge, writer, clock, cancellationToken);
    }
}
