using Bartizan.Core.Manifests;

namespace Bartizan.Sandbox.Tests.Bubblewrap;

/// <summary>Programs that agents use, unchanged, under every layer.</summary>
public sealed class RealProgramsTests
{
    [Theory]
    [InlineData(
        "/usr/bin/git",
        "git init -q . && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m x && git log --oneline | wc -l",
        "1"
    )]
    [InlineData(
        "/usr/bin/python3",
        "/usr/bin/python3 -c 'import multiprocessing as m; print(m.Pool(2).map(abs,[-1,-2]))'",
        "[1, 2]"
    )]
    [InlineData("/usr/include/stdio.h", "echo 'int main(){return 42;}' > a.c && gcc a.c -o a && ./a; echo $?", "42")]
    [InlineData("/usr/bin/perl", "perl -e 'print 6*7'", "42")]
    [InlineData(
        "/usr/bin/node",
        "node -e 'const http=require(\"http\");const s=http.createServer((q,r)=>r.end(\"served\")).listen(0,()=>http.get({port:s.address().port},r=>r.on(\"data\",d=>{console.log(String(d));s.close()})))'",
        "served"
    )]
    public async Task It_runs(string needed, string script, string expected)
    {
        if (!File.Exists(needed))
        {
            Assert.Skip($"`{needed}` is not installed.");
        }

        var ran = await Sandboxes.RunAsync(script);

        ran.Error.ShouldBe("");
        ran.Output.Trim().ShouldBe(expected);
    }

    [Fact]
    public async Task The_dotnet_command_runs()
    {
        var link = new FileInfo("/usr/bin/dotnet");
        var dotnet = link.Exists ? link.ResolveLinkTarget(returnFinalTarget: true)?.FullName : null;
        if (dotnet is null || !dotnet.StartsWith("/usr/", StringComparison.Ordinal))
        {
            Assert.Skip("There is no `dotnet` below /usr.");
        }

        var ran = await Sandboxes.RunAsync(
            Sandboxes.Shell("dotnet --version") with
            {
                Limits = new Limits { MemoryBytes = 2L << 30 },
            }
        );

        ran.Error.ShouldBe("");
        ran.Output.ShouldStartWith("10.");
    }
}
