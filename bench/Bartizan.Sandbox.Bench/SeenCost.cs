using System.Diagnostics;
using System.Globalization;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Sandbox.Bubblewrap;
using Bartizan.Sandbox.Observation;

namespace Bartizan.Sandbox.Bench;

/// <summary>
/// What it costs an agent to be seen: the same work with nothing, programs and all seen, interleaved, best of some rounds.
/// </summary>
internal static class SeenCost
{
    private const string Names =
        "cd /tmp; for ((i=0;i<2000;i++)); do : > f$i; done; for ((i=0;i<2000;i+=100)); do mv f$i g$i; done; rm f* g*";

    private const string Compile =
        "cd /tmp; for ((i=0;i<20;i++)); do printf '#include <stdio.h>\\n#include <stdlib.h>\\nint f%d(int a)"
        + "{for(int i=0;i<a;i++)printf(\"%%d\",rand());return a;}\\n' $i > c$i.c; gcc -O2 -c c$i.c; done";

    private const string Clone =
        "cd /tmp; export HOME=/tmp; git init -q a; cd a; for ((i=0;i<500;i++)); do echo $i > f$i; done; git add .; "
        + "git -c user.name=a -c user.email=a@b commit -qm x; cd ..; git clone -q a b";

    private const string Opens = "import os\nfor i in range(200000): os.close(os.open('/etc/passwd', 0))";

    private static readonly (string What, string Script)[] s_work =
    [
        (
            "read 4,000 files (`find | xargs cat`)",
            "find /usr/include /usr/share -type f | head -4000 | xargs cat > /dev/null"
        ),
        ("write 2,000 files, rename some, remove all", Names),
        ("start 1,000 programs", "for ((i=0;i<1000;i++)); do /usr/bin/true; done"),
        ("compile 20 C files (`gcc -O2 -c`)", Compile),
        ("commit and clone 500 files (`git`)", Clone),
        ("open and close one file 200,000 times", $"python3 -c \"{Opens}\""),
    ];

    /// <summary>Prints the table.</summary>
    public static async Task RunAsync(BubblewrapBackend backend, int rounds)
    {
        Console.WriteLine("| work | not seen ms | programs | all | calls told or counted |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var (what, script) in s_work)
        {
            double[] best = [double.MaxValue, double.MaxValue, double.MaxValue];
            var calls = 0L;
            for (var round = 0; round < rounds; round++)
            {
                foreach (var seen in (SeenKind[])[SeenKind.Nothing, SeenKind.Programs, SeenKind.All])
                {
                    var (took, sums) = await OnceAsync(backend, script, seen);
                    var at = (int)SeenKind.Nothing - (int)seen;
                    best[at] = Math.Min(best[at], took);
                    calls = seen == SeenKind.All ? sums.All : calls;
                }
            }

            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {what} | {best[0]:F0} | ×{best[1] / best[0]:F2} | ×{best[2] / best[0]:F2} | {calls} |"
                )
            );
        }
    }

    private static async Task<(double Took, SightingSums Sums)> OnceAsync(
        BubblewrapBackend backend,
        string script,
        SeenKind seen
    )
    {
        var plan = new SandboxPlan
        {
            Id = SessionId.New(),
            Command = ["/bin/bash", "-c", script],
            Seen = seen,
        };
        await using var sandbox = await backend.PrepareAsync(plan, CancellationToken.None);
        await sandbox.CreateAsync(CancellationToken.None);
        await sandbox.InjectAsync(CancellationToken.None);
        var sums = ReadAsync(sandbox);
        var clock = Stopwatch.GetTimestamp();
        await sandbox.StartAsync(CancellationToken.None);
        await sandbox.Input.DisposeAsync();
        var output = Task.WhenAll(sandbox.Output.CopyToAsync(Stream.Null), sandbox.Error.CopyToAsync(Stream.Null));
        await sandbox.Exited;
        var took = Stopwatch.GetElapsedTime(clock).TotalMilliseconds;
        await output;
        return (took, await sums);
    }

    private static async Task<SightingSums> ReadAsync(ISandbox sandbox)
    {
        var sums = default(SightingSums);
        await foreach (var sighting in sandbox.SeenAsync(CancellationToken.None))
        {
            sums = sighting.Kind == SightingKind.End ? sighting.Sums : sums;
        }

        return sums;
    }
}
