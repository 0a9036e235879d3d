using System.Net;
using System.Net.Sockets;

namespace Bartizan.Sandbox.Tests.Bubblewrap.Attacks;

/// <summary>The agent looks for a way out. Each attempt has a control that shows that it would succeed outside.</summary>
public sealed class WayOutTests
{
    [Fact]
    public async Task The_hosts_loopback_is_out_of_reach()
    {
        using var canary = new TcpListener(IPAddress.Loopback, 0);
        canary.Start();
        var port = ((IPEndPoint)canary.LocalEndpoint).Port;
        using (var control = new TcpClient())
        {
            await control.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        }

        var ran = await Sandboxes.RunAsync($"exec 3<>/dev/tcp/127.0.0.1/{port} && echo connected");

        ran.Output.ShouldBe("");
        ran.Error.ShouldContain("Connection refused");
    }

    [Fact]
    public async Task There_is_no_route_and_no_interface_but_loopback()
    {
        var ran = await Sandboxes.RunAsync(
            "exec 3<>/dev/tcp/192.0.2.1/443; exec 3<>/dev/udp/192.0.2.1/53; tail -n +3 /proc/net/dev | cut -d: -f1; tail -n +2 /proc/net/route"
        );

        ran.Output.Trim().ShouldBe("lo");
        ran.Error.Split("Network is unreachable").Length.ShouldBeGreaterThan(2);
    }

    [Fact]
    public async Task The_agents_own_processes_reach_each_other()
    {
        var ran = await Sandboxes.RunAsync(
            "perl -MSocket -e 'socket(L,AF_INET,SOCK_STREAM,0); bind(L,sockaddr_in(0,INADDR_LOOPBACK)) or die $!; listen(L,1);"
                + "if (!fork) { accept(C,L); syswrite C,\"mine\\n\"; exit }"
                + "socket(S,AF_INET,SOCK_STREAM,0); connect(S,getsockname(L)) or die $!; print <S>'"
        );

        ran.Error.ShouldBe("");
        ran.Output.ShouldBe("mine\n");
    }

    [Fact]
    public async Task Files_of_the_host_are_not_there()
    {
        using var directory = new TemporaryDirectory();
        var canary = Path.Combine(directory.Path, "canary");
        File.WriteAllText(canary, "host");

        var ran = await Sandboxes.RunAsync($"cat {canary} /etc/shadow /proc/1/{"root"}/etc/shadow");

        ran.Output.ShouldBe("");
        ran.Code.ShouldNotBe(0);
    }

    [Theory]
    [InlineData("echo x > /proc/sys/kernel/core_pattern")] // as host user 0 this would be code on the host
    [InlineData("echo x > /usr/bin/planted")]
    [InlineData("echo x > /etc/passwd")]
    [InlineData("mkdir /planted")]
    [InlineData("echo x > /.bartizan-helper")]
    [InlineData("/.bartizan-helper inject")]
    [InlineData("unshare -U true")]
    [InlineData("unshare -n true")]
    [InlineData("mount -t tmpfs none /tmp")]
    [InlineData("cat /proc/1/environ")]
    [InlineData("kill -9 1 && ! sleep 0.1")]
    public async Task It_is_refused(string attempt)
    {
        var ran = await Sandboxes.RunAsync($"({attempt}) && echo succeeded; echo end");

        ran.Output.ShouldBe("end\n");
    }

    [Fact]
    public async Task The_map_of_users_holds_the_agent_only()
    {
        var ran = await Sandboxes.RunAsync("cat /proc/self/uid_map | tr -s ' '; cat /proc/self/setgroups");

        ran.Lines[0].Trim().ShouldStartWith("10000 ");
        ran.Lines[0].Trim().ShouldEndWith(" 1");
        ran.Lines[1].ShouldBe("deny");
    }
}
