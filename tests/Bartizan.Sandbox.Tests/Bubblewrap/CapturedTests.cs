using System.Net;
using System.Net.Sockets;
using System.Text;
using Bartizan.Sandbox.Bubblewrap;

namespace Bartizan.Sandbox.Tests.Bubblewrap;

/// <summary>What a program dials that knows no proxy, on whatever port, arrives outside; what it must not dial has no route.</summary>
public sealed class CapturedTests
{
    private static readonly IPAddress Named = IPAddress.Parse("10.87.65.43");
    private static readonly IPAddress NamedSix = IPAddress.Parse("fd00:87::43");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("127.1.2.3", 8443)]
    [InlineData("127.1.2.3", 22)]
    [InlineData("127.1.255.254", 65535)]
    [InlineData("127.1.0.1", 3180)]
    [InlineData("10.87.65.43", 6379)]
    [InlineData("10.87.65.43", 443)]
    [InlineData("fd00:87::43", 853)]
    public async Task A_dial_arrives_with_the_address_and_the_port_that_were_dialed(string address, int port)
    {
        await using var sandbox = await StartAsync(
            $"exec 3<>/dev/tcp/{address}/{port}; echo hello >&3; read -r line <&3; echo $line"
        );
        var listener = address.Contains(':') ? sandbox.Listeners.CaptureAnySix : sandbox.Listeners.CaptureAny;

        using (var accepted = await listener.ShouldNotBeNull().AcceptAsync(Cancellation))
        {
            accepted.LocalEndPoint.ShouldBe(new IPEndPoint(IPAddress.Parse(address), port));
            var buffer = new byte[16];
            var count = await accepted.ReceiveAsync(buffer, Cancellation);
            Encoding.UTF8.GetString(buffer, 0, count).ShouldBe("hello\n");
            await accepted.SendAsync("answer\n"u8.ToArray(), Cancellation);
        }

        (await Sandboxes.FinishAsync(sandbox)).Output.ShouldBe("answer\n");
    }

    [Fact]
    public async Task Ports_80_and_443_of_names_keep_their_own_listeners()
    {
        await using var sandbox = await StartAsync(
            "exec 3<>/dev/tcp/127.1.2.3/80; exec 4<>/dev/tcp/127.1.2.3/443; cat <&3"
        );

        using var http = await sandbox.Listeners.CaptureHttp.AcceptAsync(Cancellation);
        using var tls = await sandbox.Listeners.CaptureTls.AcceptAsync(Cancellation);

        ((IPEndPoint)http.LocalEndPoint!).Address.ShouldBe(IPAddress.Parse("127.1.2.3"));
    }

    [Fact]
    public async Task What_the_plan_does_not_name_has_no_route_and_loopback_is_the_agents_own()
    {
        await using var sandbox = await StartAsync(
            "for to in 10.87.65.44/6379 169.254.169.254/80 fd00:87::44/853 fd00:ec2::254/80 127.0.0.1/9 127.2.0.1/9 0.0.0.0/9; do "
                + "(exec 3<>/dev/tcp/$to) 2>&1 | grep -o 'Network is unreachable\\|Connection refused\\|No route to host' | sort -u; done; "
                + "(exec 3<>/dev/udp/10.87.65.43/53; echo x >&3; head -c1 <&3) 2>&1 | grep -c refused"
        );

        var ran = await Sandboxes.FinishAsync(sandbox);

        ran.Lines.Take(4).ShouldAllBe(line => line == "Network is unreachable", ran.Output + ran.Error);
        ran.Lines.Skip(4).Take(3).ShouldAllBe(line => line == "Connection refused");
        ran.Lines.Length.ShouldBe(8);
        ran.Lines[7].ShouldNotBe("0");
        Waits(sandbox).ShouldBeFalse();
    }

    // Each would bend what is captured; perl has no module for netlink, so its numbers are written out.
    [Theory]
    [InlineData("perl -e 'socket(S,16,3,12) or exit 1'")]
    [InlineData("perl -e 'socket(S,16,3,0) or exit 1'")]
    [InlineData("unshare -Urn true")]
    [InlineData("perl -MSocket -e 'socket(S,AF_INET,SOCK_STREAM,0); setsockopt(S,0,19,1) or exit 1'")]
    [InlineData("perl -MSocket -e 'socket(S,AF_INET,SOCK_STREAM,0); setsockopt(S,SOL_SOCKET,36,1) or exit 1'")]
    [InlineData(
        "perl -MSocket -e 'socket(S,AF_INET,SOCK_STREAM,0); setsockopt(S,SOL_SOCKET,SO_REUSEADDR,1); setsockopt(S,SOL_SOCKET,15,1); bind(S,sockaddr_in(3180,INADDR_LOOPBACK)) && listen(S,1) or exit 1'"
    )]
    public async Task The_agent_can_not_change_what_is_captured(string attempt)
    {
        await using var sandbox = await StartAsync(
            $"({attempt}) && echo succeeded; exec 3<>/dev/tcp/127.1.2.3/8443; echo end"
        );

        using var accepted = await sandbox.Listeners.CaptureAny.ShouldNotBeNull().AcceptAsync(Cancellation);

        (await Sandboxes.FinishAsync(sandbox)).Output.ShouldBe("end\n");
        accepted.LocalEndPoint.ShouldBe(IPEndPoint.Parse("127.1.2.3:8443"));
    }

    [Fact]
    public async Task A_listener_of_the_agents_own_is_not_what_answers_for_a_name()
    {
        await using var sandbox = await StartAsync(
            "perl -MSocket -e 'socket(L,AF_INET,SOCK_STREAM,0); bind(L,sockaddr_in(8443,inet_aton(\"127.1.2.3\"))) or die; listen(L,1);"
                + "socket(S,AF_INET,SOCK_STREAM,0); connect(S,sockaddr_in(8443,inet_aton(\"127.1.2.3\"))) or die; print <S>'"
        );

        using (var accepted = await sandbox.Listeners.CaptureAny.ShouldNotBeNull().AcceptAsync(Cancellation))
        {
            await accepted.SendAsync("outside\n"u8.ToArray(), Cancellation);
        }

        (await Sandboxes.FinishAsync(sandbox)).Output.ShouldBe("outside\n");
    }

    [Fact]
    public async Task When_the_listeners_are_gone_nothing_answers()
    {
        await using var sandbox = await StartAsync(
            "read -r go; for to in 127.1.2.3/8443 10.87.65.43/6379; do (exec 3<>/dev/tcp/$to) 2>&1 | grep -c refused; done"
        );
        sandbox.Listeners.Dispose();

        await sandbox.Input.WriteAsync("go\n"u8.ToArray(), Cancellation);

        (await Sandboxes.FinishAsync(sandbox)).Lines.ShouldAllBe(line => line != "0");
    }

    [Fact]
    public async Task The_receipt_says_which_dials_are_captured()
    {
        await using var sandbox = await StartAsync("true");

        var layer = sandbox.Receipt.Layers.Single(l => l.Name == "captured");

        layer.Tier.ShouldBe("every TCP port");
        layer.Detail.ShouldBe($"what a program dials by a name, or by {Named}, {NamedSix}, without the proxy");
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.1.0.1")]
    [InlineData("::1")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("ff02::1")]
    [InlineData("fe80::1%1")]
    [InlineData("::ffff:10.87.65.43")]
    public void What_is_no_address_of_one_host_outside_gets_no_route(string address) =>
        CapturedDials.RoutesTo([IPAddress.Parse(address), Named, Named]).ShouldBe([Named]);

    [Fact]
    public void Where_the_kernel_can_not_the_receipt_says_so()
    {
        var layer = CapturedDials.Read("L IPv4: Operation not supported").ShouldNotBeNull().ToLayer([Named]);

        layer.Tier.ShouldBe("ports 80 and 443");
        layer.Detail.ShouldBe(
            "what a program dials by a name without the proxy; not here: IPv4: Operation not supported"
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("l")]
    [InlineData("L6")]
    [InlineData("L44")]
    [InlineData("bind a listener: Address already in use")]
    public void Anything_else_that_the_helper_says_is_no_listener(string said) =>
        CapturedDials.Read(said).ShouldBeNull();

    private static bool Waits(ISandbox sandbox) =>
        sandbox.Listeners.CaptureAny!.Poll(0, SelectMode.SelectRead)
        || sandbox.Listeners.CaptureAnySix!.Poll(0, SelectMode.SelectRead);

    private static async Task<ISandbox> StartAsync(string script)
    {
        var sandbox = await Sandboxes.StartAsync(Sandboxes.Shell(script) with { Addresses = [Named, NamedSix] });
        if (sandbox.Listeners.CaptureAny is null)
        {
            await sandbox.DisposeAsync();
            Assert.Skip("this kernel has no transparent proxying for nf_tables (nft_tproxy)");
        }

        return sandbox;
    }
}
