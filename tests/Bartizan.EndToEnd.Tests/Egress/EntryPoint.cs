using System.Net;
using System.Net.Sockets;

namespace Bartizan.EndToEnd.Tests.Egress;

/// <summary>The tests' own program: the tests; or, inside a sandbox, what a test has an agent run.</summary>
internal static class EntryPoint
{
    public static async Task<int> Main(string[] args)
    {
        if (args is ["attack", var ground])
        {
            await AttackAsync(new Attacker(Ground.Parse(ground)));
            return 0;
        }

        if (args is ["fetch", var address])
        {
            // HTTP/2 where the other side has it, as a program would ask for it.
            using var handler = new SocketsHttpHandler();
            using var client = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20 };
            using var answer = await client.GetAsync(new Uri(address));
            Console.WriteLine($"{await answer.Content.ReadAsStringAsync()} over {answer.Version}");
            return 0;
        }

        return args.Any(arg => arg is "--server" or "--internal-msbuild-node")
            ? await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(
                args,
                SelfRegisteredExtensions.AddSelfRegisteredExtensions
            )
            : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
    }

    private static async Task AttackAsync(Attacker attacker)
    {
        for (var i = 0; i < EgressAttack.All.Count; i++)
        {
            string told;
            try
            {
                told = await EgressAttack.All[i].Try(attacker);
            }
            catch (SocketException e)
            {
                told = e.SocketErrorCode.ToString();
            }
            catch (OperationCanceledException)
            {
                told = "no answer";
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                told = $"{e.GetType().Name} {(e.InnerException as SocketException)?.SocketErrorCode}";
            }

            Console.WriteLine($"{i}\t{told.ReplaceLineEndings(" ").Replace('\t', ' ').Replace('\0', ' ')}");
        }
    }
}
