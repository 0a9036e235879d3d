using System.Net;

namespace Bartizan.Sandbox.Tests.Oci;

/// <summary>Programs in a container that know no proxy.</summary>
[Collection(nameof(Bubblewrap.Alone))]
public sealed class ContainerCapturedTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dial_of_whatever_port_arrives_with_what_was_dialed()
    {
        Containers.Need();
        var plan = Containers.Shell(
            "for to in 127.1.2.3/8443 10.87.65.43/6379; do exec 3<>/dev/tcp/$to; cat <&3; done; "
                + "(exec 3<>/dev/tcp/10.87.65.44/6379) 2>&1 | grep -o 'Network is unreachable' | sort -u"
        );
        await using var sandbox = await Containers.StartAsync(
            plan with
            {
                Addresses = [IPAddress.Parse("10.87.65.43")],
            }
        );
        var listener = sandbox.Listeners.CaptureAny;
        Assert.SkipUnless(listener is not null, "this kernel has no transparent proxying for nf_tables (nft_tproxy)");

        foreach (var dialed in (string[])["127.1.2.3:8443", "10.87.65.43:6379"])
        {
            using var accepted = await listener!.AcceptAsync(Cancellation);
            accepted.LocalEndPoint!.ToString().ShouldBe(dialed);
            await accepted.SendAsync("answer\n"u8.ToArray(), Cancellation);
        }

        (await Bubblewrap.Sandboxes.FinishAsync(sandbox)).Output.ShouldBe("answer\nanswer\nNetwork is unreachable\n");
        sandbox.Receipt.Layers.Single(l => l.Name == "captured").Tier.ShouldBe("every TCP port");
    }
}
