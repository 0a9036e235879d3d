using System.Net.Sockets;
using Bartizan.Sandbox.Views;

namespace Bartizan.Sandbox.Tests.Views.Attacks;

/// <summary>Mounts by which a session would reach past its sandbox without writing a byte of the host's files.</summary>
public sealed class HostMountTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("bartizan-mount-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_folder_of_files_is_mounted_where_it_is_and_a_link_to_it_leads_to_the_real_one()
    {
        Make("tools/bin");
        File.CreateSymbolicLink(At("link"), At("tools"));

        Open("tools").HostPath.ShouldBe(At("tools"));
        Open("link")
            .ShouldSatisfyAllConditions(
                m => m.HostPath.ShouldBe(At("tools")),
                m => m.InsidePath.ShouldBe(At("link")),
                m => m.Kind.ShouldBe(MountKind.ReadOnlyBind)
            );
    }

    [Fact]
    public void A_socket_however_deep_refuses_the_mount_because_a_read_only_mount_does_not_stop_a_connect()
    {
        Make("run/deep/down");
        using var listening = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listening.Bind(new UnixDomainSocketEndPoint(At("run/deep/down/s")));

        Should.Throw<ViewException>(() => Open("run")).Message.ShouldContain("`deep/down/s` in it is a socket");
        Should.Throw<ViewException>(() => Open("run/deep/down/s")).Message.ShouldContain("it is a socket");
    }

    [Fact]
    public void The_state_directory_is_mounted_neither_itself_nor_from_above_or_below_nor_through_a_link()
    {
        Make("state/keys");
        Make("beside");
        File.CreateSymbolicLink(At("innocent"), At("state"));

        foreach (var path in (string[])["state", "state/keys", "", "innocent"])
        {
            Should.Throw<ViewException>(() => Open(path)).Message.ShouldContain("Bartizan's own state");
        }

        Open("beside").HostPath.ShouldBe(At("beside"));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/proc")]
    [InlineData("/proc/self/" + "root")]
    [InlineData("/dev/shm")]
    [InlineData("/sys")]
    [InlineData("/run")]
    public void The_kernels_own_places_are_not_mounted(string path) =>
        Should.Throw<ViewException>(() =>
            HostMount.Open(path, [], new ViewLimits(), TestContext.Current.CancellationToken)
        );

    [Fact]
    public void More_than_can_be_looked_through_is_refused_and_not_taken_on_trust()
    {
        Make("many/a");
        Make("many/b");

        Should
            .Throw<ViewException>(() =>
                HostMount.Open(At("many"), [], new ViewLimits { Entries = 1 }, TestContext.Current.CancellationToken)
            )
            .Message.ShouldContain("too many to look through");
    }

    private Mount Open(string path) =>
        HostMount.Open(At(path), [At("state")], new ViewLimits(), TestContext.Current.CancellationToken);

    private string At(string path) => path.Length == 0 ? _root : Path.Combine(_root, path);

    private void Make(string path) => Directory.CreateDirectory(At(path));
}
