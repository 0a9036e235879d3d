using System.CommandLine;
using System.Net;
using System.Net.Http.Headers;
using Bartizan.Cli.Terminal;
using Bartizan.Core.Shell;

namespace Bartizan.Cli.Commands;

/// <summary>
/// <c>bartizan hook CLIENT</c>: what a client's command hook runs. It hands the event on and prints the answer. Clients take any exit code
/// but 2 for a yes, so whatever goes wrong here ends in 2.
/// </summary>
internal static class HookCommand
{
    /// <summary>The variable that holds the address of the hook endpoint.</summary>
    public const string Address = "BARTIZAN_HOOKS";

    /// <summary>The variable that holds the session's token.</summary>
    public const string Token = "BARTIZAN_TOKEN";

    /// <summary>What a client takes for a no.</summary>
    private const int No = 2;

    /// <summary>The largest event that is handed on: what the endpoint takes.</summary>
    private const int MaxEventBytes = 32 << 20;

    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var client = new Argument<string>("client") { Description = "The client that asks: claude-code." };
        var within = new Option<int>("--within")
        {
            Description =
                "Seconds to wait for the answer; keep it below the client's own limit, which lets the call pass.",
            DefaultValueFactory = _ => 50,
        };
        var command = new Command(
            "hook",
            $"Asks about one tool call, for a client's command hook: the event on stdin, the answer on stdout, exit code 2 for a no and for "
                + $"whatever goes wrong. {Address} and {Token} say whom to ask; `attach` prints them. "
                + "Example: bartizan hook claude-code --within 50"
        )
        {
            client,
            within,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                try
                {
                    return await AskAsync(parsed.GetValue(client)!, parsed.GetValue(within), cancellationToken);
                }
                catch (Exception e)
                {
                    // INVARIANT: no failure is a yes. What it was isn't told: it may quote the token.
                    return Screen.Error(
                        No,
                        e is OperationCanceledException
                            ? "the gateway did not answer in time"
                            : "the gateway could not be asked",
                        $"the call is refused; `{Address}` and `{Token}` come from `bartizan attach`"
                    );
                }
            }
        );
        return command;
    }

    private static async Task<int> AskAsync(string client, int seconds, CancellationToken cancellationToken)
    {
        if (!ClientTools.Clients.Contains(client))
        {
            return Screen.Error(
                No,
                $"`{client}` is no client with hooks",
                $"the clients are {string.Join(", ", ClientTools.Clients)}"
            );
        }

        var address = Environment.GetEnvironmentVariable(Address);
        var token = Environment.GetEnvironmentVariable(Token);
        if (string.IsNullOrEmpty(address) || string.IsNullOrEmpty(token))
        {
            return Screen.Error(
                No,
                $"`{Address}` or `{Token}` is not set",
                "run the client with what `bartizan attach` prints"
            );
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(Math.Clamp(seconds, 1, 3600)));
        var told = await ReadAsync(limit.Token);
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var http = new HttpClient(handler) { MaxResponseContentBufferSize = MaxEventBytes };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{address}/{client}")
        {
            Content = new ByteArrayContent(told),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await http.SendAsync(request, limit.Token);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            return Screen.Error(
                No,
                $"the gateway answered {(int)answer.StatusCode} instead of deciding",
                "the session may be over; `bartizan sessions` lists those that run"
            );
        }

        Screen.Line(await answer.Content.ReadAsStringAsync(limit.Token));
        return ExitCode.Done;
    }

    private static async Task<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        await using var input = Console.OpenStandardInput();
        using var told = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await input.ReadAsync(buffer, cancellationToken)) > 0)
        {
            told.Write(buffer, 0, read);
            if (told.Length > MaxEventBytes)
            {
                throw new InvalidOperationException("the event is too long");
            }
        }

        return told.ToArray();
    }
}
