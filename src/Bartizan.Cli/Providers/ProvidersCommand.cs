using System.CommandLine;
using Bartizan.Cli.Commands;
using Bartizan.Cli.Terminal;
using Bartizan.Client.Providers;

namespace Bartizan.Cli.Providers;

/// <summary><c>bartizan providers</c>: the servers that issue credentials.</summary>
internal static class ProvidersCommand
{
    /// <summary>Builds the commands.</summary>
    public static Command Make() =>
        new("providers", "The servers that issue credentials to sessions. Example: bartizan providers sign-in idp")
        {
            MakeSignIn(),
        };

    private static Command MakeSignIn()
    {
        var name = new Argument<string>("provider") { Description = "The provider's name in the manifest." };
        var file = new Option<string>("--manifest", "-m")
        {
            Description = "The manifest; agent.yaml when left out.",
            DefaultValueFactory = _ => ManifestFile.Default,
        };
        var scope = new Option<string>("--scope")
        {
            Description =
                "Scopes that are asked for beside those of the manifest's credentials, such as offline_access.",
            DefaultValueFactory = _ => "",
        };
        var json = new Option<bool>("--json")
        {
            Description = "Print JSON: first what the person does, then what came of it.",
        };
        var command = new Command(
            "sign-in",
            "Signs a person in to an OAuth server on another device, and keeps the refresh token in the vault; it isn't shown. Example: bartizan providers sign-in idp"
        )
        {
            name,
            file,
            scope,
            json,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var path = parsed.GetValue(file)!;
                if (ManifestFile.Load(path, out var code) is not { } manifest)
                {
                    return code;
                }

                using var client = await Instance.StartedAsync(cancellationToken);
                var request = new SignInRequest
                {
                    Manifest = Path.GetFullPath(path),
                    Provider = parsed.GetValue(name)!,
                    Scope = parsed.GetValue(scope)!,
                    Credentials = Credentials.Of(manifest),
                };
                var begun = await client.SignInAsync(request, cancellationToken);
                var isJson = parsed.GetValue(json);
                Show(begun, isJson);
                var done = await client.SignInAsync(request with { Ticket = begun.Ticket }, cancellationToken);
                Show(done, isJson);
                return ExitCode.Done;
            }
        );
        return command;
    }

    private static void Show(SignInReply reply, bool isJson)
    {
        if (isJson)
        {
            Screen.Json(reply);
        }
        else if (reply.UserCode.Length == 0)
        {
            Screen.Line(reply.Says, Tone.Good);
        }
        else
        {
            Screen.Line($"Open {reply.Complete ?? reply.Address}", Tone.Strong);
            Screen.Line(
                $"and compare, or write, the code {reply.UserCode}; until {reply.Ends?.ToLocalTime():t}",
                Tone.Strong
            );
        }
    }
}
