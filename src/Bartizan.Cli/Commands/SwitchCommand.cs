using System.CommandLine;
using System.Globalization;
using Bartizan.Cli.Terminal;
using Bartizan.Client;
using Bartizan.Client.Sessions;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan pause | resume | kill</c>: the switch.</summary>
internal static class SwitchCommand
{
    /// <summary>Builds one of the three commands.</summary>
    public static Command Make(
        string name,
        string description,
        Func<ControlClient, SwitchRequest, CancellationToken, Task<SwitchReply>> act
    )
    {
        var session = new Argument<string?>("session")
        {
            Description = "The session's id.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var agent = new Option<string?>("--agent") { Description = "All sessions of an agent, by its name." };
        var all = new Option<bool>("--all") { Description = "All sessions." };
        var reason = new Option<string>("--reason")
        {
            Description = "The reason, for the log.",
            DefaultValueFactory = _ => "",
        };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(name, $"{description} Example: bartizan {name} --all")
        {
            session,
            agent,
            all,
            reason,
            json,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var request = new SwitchRequest
                {
                    Session = parsed.GetValue(session),
                    Agent = parsed.GetValue(agent),
                    All = parsed.GetValue(all),
                    Reason = parsed.GetValue(reason) ?? "",
                };
                var selectors =
                    (request.Session is null ? 0 : 1) + (request.Agent is null ? 0 : 1) + (request.All ? 1 : 0);
                if (selectors != 1)
                {
                    return Screen.Error(
                        ExitCode.Usage,
                        $"`{name}` takes a session, `--agent NAME` or `--all`",
                        "`bartizan sessions` lists what runs"
                    );
                }

                using var client = Instance.Client();
                var reply = await act(client, request, cancellationToken);
                if (parsed.GetValue(json))
                {
                    Screen.Json(reply);
                }
                else
                {
                    var word = name switch
                    {
                        "kill" => "killed",
                        "pause" => "paused",
                        _ => "resumed",
                    };
                    Screen.Line(
                        reply.Sessions.Count == 0
                            ? (request.All ? "no session was running" : "no such session was running")
                            : $"{word} {string.Join(", ", reply.Sessions)} in {reply.Milliseconds.ToString("F1", CultureInfo.InvariantCulture)} ms"
                    );
                }

                return reply.Sessions.Count == 0 ? ExitCode.No : ExitCode.Done;
            }
        );
        return command;
    }
}
