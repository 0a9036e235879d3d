namespace Bartizan.Sandbox.Tests.Oci;

/// <summary>What a container shows of the kernel's own tree, which podman mounts and Landlock rules.</summary>
[Collection(nameof(Bubblewrap.Alone))]
public sealed class ContainerSysTests
{
    [Fact]
    public async Task Of_sys_names_are_listed_and_nothing_is_read()
    {
        var ran = await Containers.RunAsync(
            "ls /sys/kernel/mm/transparent_hugepage | grep -c '^enabled$'; cat /sys/kernel/mm/transparent_hugepage/enabled 2>&1 | grep -o 'Permission denied'; "
                + "(echo x > /sys/kernel/mm/transparent_hugepage/enabled) 2>/dev/null || echo kept"
        );

        ran.Output.ShouldBe("1\nPermission denied\nkept\n");
    }
}
