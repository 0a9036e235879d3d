using System.Runtime.InteropServices;
using Bartizan.Core.Manifests;
using Bartizan.Sandbox.Seccomp;
using Bartizan.Sandbox.Tests.Oci;

namespace Bartizan.Sandbox.Tests.Bubblewrap;

/// <summary>What shares files with another sandbox has no Unix sockets but pairs; what programs do all the same.</summary>
[Collection(nameof(Alone))]
public sealed class MeetsNobodyTests
{
    private const string Tries = """
        import socket, tempfile
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
            for make in (socket.socket, socket.socketpair):
                try:
                    make(socket.AF_UNIX, kind)
                    print('made', end=' ')
                except OSError as e:
                    print(e.errno, end=' ')
        """;

    [Fact]
    public async Task There_is_no_unix_socket_but_a_pair_of_streams_or_packets()
    {
        Needs("/usr/bin/python3");

        // EAFNOSUPPORT is 97, EPERM 1.
        (await Sandboxes.RunAsync(Plan($"python3 -c \"{Tries}\"")))
            .Output.Trim()
            .ShouldBe("97 made 97 1 97 made");
        (await Sandboxes.RunAsync($"python3 -c \"{Tries}\"")).Output.Trim().ShouldBe("made made made made made made");
    }

    [Theory]
    [InlineData(
        "/bin/bash",
        "cat <(echo in) | { read x; echo \"$x $(echo out)\"; }; coproc cat; echo co >&${COPROC[1]}; read y <&${COPROC[0]}; echo $y",
        "in out\nco"
    )]
    [InlineData(
        "/usr/bin/python3",
        "python3 -c 'import subprocess as s; print(s.run([\"/bin/echo\", \"child\"], capture_output=True, text=True).stdout.strip())'",
        "child"
    )]
    [InlineData(
        "/usr/bin/python3",
        "python3 -c 'import multiprocessing as m; print(m.get_context(\"fork\").Pool(2).map(abs,[-1,-2]))'",
        "[1, 2]"
    )]
    [InlineData(
        "/usr/bin/python3",
        "python3 -c $'import asyncio as a\\nasync def m():\\n p=await a.create_subprocess_exec(\"/bin/echo\",\"child\")\\n await p.wait()\\na.run(m())'",
        "child"
    )]
    [InlineData(
        "/usr/bin/node",
        "echo 'process.send(1);process.disconnect()' > k.js; node -e 'const c=require(\"child_process\");c.fork(\"./k.js\").on(\"message\",()=>console.log(\"forked\"));console.log(String(c.execFileSync(\"/bin/echo\",[\"sync\"])).trim());c.execFile(\"/bin/echo\",[\"async\"],(e,o)=>console.log(o.trim()))'",
        "async\nforked\nsync"
    )]
    [InlineData(
        "/usr/bin/node",
        "node -e 'const http=require(\"http\");const s=http.createServer((q,r)=>r.end(\"served\")).listen(0,()=>http.get({port:s.address().port},r=>r.on(\"data\",d=>{console.log(String(d));s.close()})))'",
        "served"
    )]
    public async Task Interpreters_run_and_start_children(string needed, string script, string expected)
    {
        Needs(needed);

        var ran = await Sandboxes.RunAsync(Plan(script));

        ran.Error.ShouldBe("");
        ran.Lines.Order(StringComparer.Ordinal).ShouldBe(expected.Split('\n').Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_same_filter_is_in_force_in_a_container_and_a_receipt_says_which()
    {
        Containers.Need();
        var plan = Containers.Shell("cat <(echo runs)") with { MeetsNobody = true };
        var table = SyscallTable.For(RuntimeInformation.ProcessArchitecture)!;

        await using var container = await Containers.StartAsync(plan);
        await container.Input.DisposeAsync();

        container.Receipt.SeccompDigest.ShouldBe(SyscallFilter.Compile(table, plan.Seen, meetsNobody: true).Digest);
        container.Receipt.SeccompDigest.ShouldNotBe(SyscallFilter.Compile(table, plan.Seen).Digest);
        container.Receipt.Layers.ShouldContain(layer =>
            layer.Name == "seccomp" && layer.Detail.Contains("no Unix sockets", StringComparison.Ordinal)
        );
        (await Sandboxes.FinishAsync(container)).Output.ShouldBe("runs\n");
    }

    private static SandboxPlan Plan(string script) =>
        Sandboxes.Shell(script) with
        {
            MeetsNobody = true,
            Limits = new Limits { MemoryBytes = 2L << 30 },
        };

    private static void Needs(string program)
    {
        Sandboxes.Need();
        Assert.SkipUnless(File.Exists(program), $"`{program}` is not installed.");
    }
}
