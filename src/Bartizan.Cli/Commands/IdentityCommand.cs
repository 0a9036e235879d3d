using System.CommandLine;
using Bartizan.Cli.Terminal;
using Bartizan.Client.Identity;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan identity</c>, <c>identity keys</c> and <c>identity rotate</c>: by what others know the instance's agents.</summary>
internal static class IdentityCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "identity",
            "Shows by what others know agents: trust domain, issuer and keys. Example: bartizan identity"
        )
        {
            json,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var reply = await AskAsync(new IdentityRequest(), cancellationToken);
                if (parsed.GetValue(json))
                {
                    Screen.Json(reply);
                    return ExitCode.Done;
                }

                Screen.Line($"agents   spiffe://{reply.TrustDomain}/agent/NAME");
                Screen.Line($"issuer   {reply.Issuer}");
                Screen.Line($"served   {Served(reply)}");
                if (reply.Tls is { } tls)
                {
                    Screen.Line(
                        $"tls      until {tls.Ends.UtcDateTime:u}; who shows a certificate is given what is bound to it"
                    );
                    if (tls.Problem is { } problem)
                    {
                        Screen.Line($"warning  {problem}", Tone.Bad);
                    }
                }

                foreach (var key in reply.Keys["keys"]!.AsArray())
                {
                    Screen.Line($"key      {key!["kid"]}");
                }

                return ExitCode.Done;
            }
        );
        command.Add(
            MakeOne(
                "keys",
                "Prints the key set (JWKS) that verifies agents' tokens. Example: bartizan identity keys > jwks.json",
                new IdentityRequest(),
                reply => reply.Keys.ToJsonString()
            )
        );
        command.Add(
            MakeOne(
                "rotate",
                "Signs with a new key from now on; the one before is published for an hour. Recorded. Example: bartizan identity rotate",
                new IdentityRequest { Rotate = true },
                reply => $"signs with {reply.Keys["keys"]![0]!["kid"]}"
            )
        );
        return command;
    }

    private static string Served(IdentityReply reply) =>
        reply.Listen is { } listen ? $"{(reply.Tls is null ? "http" : "https")}://{listen}"
        : reply.Unserved is { } why ? $"nowhere: {why}"
        : "nowhere";

    private static Command MakeOne(
        string name,
        string description,
        IdentityRequest request,
        Func<IdentityReply, string> says
    )
    {
        var command = new Command(name, description);
        command.SetAction(
            async (_, cancellationToken) =>
            {
                Screen.Line(says(await AskAsync(request, cancellationToken)));
                return ExitCode.Done;
            }
        );
        return command;
    }

    private static async Task<IdentityReply> AskAsync(IdentityRequest request, CancellationToken cancellationToken)
    {
        using var client = await Instance.StartedAsync(cancellationToken);
        return await client.IdentityAsync(request, cancellationToken);
    }
}
