using System.Collections.Immutable;
using System.Text;
using Bartizan.Sandbox.Programs;

namespace Bartizan.Sandbox.Clients;

/// <summary>
/// This very program, read-only, inside a sandbox: a client that starts a process for each tool server starts <c>bartizan mcp</c>.
/// It gives an agent nothing that it hasn't: the program holds no secret, the control socket isn't there, and the tool gateway is
/// where it always is.
/// </summary>
public static class StdioBridge
{
    /// <summary>The folder inside that holds it; at the end of the PATH.</summary>
    public const string Folder = "/.bartizan";

    /// <summary>The program inside.</summary>
    public const string Program = Folder + "/bartizan";

    private const string Purpose = "bartizan mcp";

    /// <summary>What makes <see cref="Program"/> run inside.</summary>
    /// <param name="process">What runs this program here: its own executable, or <c>dotnet</c>.</param>
    /// <param name="program">The folder of this program.</param>
    public static ImmutableArray<Mount> Mounts(string process, string program)
    {
        ArgumentNullException.ThrowIfNull(process);
        ArgumentNullException.ThrowIfNull(program);
        var own = Real(program);
        var host = Real(process);
        var mounts = ImmutableArray.CreateBuilder<Mount>();
        mounts.Add(Mount.ReadOnly(own, $"{Folder}/program", Purpose));
        string command;
        if (Path.GetFileNameWithoutExtension(host) != "dotnet")
        {
            command = $"{Folder}/program/{Path.GetFileName(host)}";
        }
        else if (HostPaths.IsSystem(host))
        {
            command = $"{host} {Folder}/program/bartizan.dll";
        }
        else
        {
            mounts.Add(Mount.ReadOnly(Path.GetDirectoryName(host)!, $"{Folder}/dotnet", Purpose));
            command = $"{Folder}/dotnet/dotnet {Folder}/program/bartizan.dll";
        }

        // A debugger's pipe in /tmp for each of them would be of no use to anybody.
        var script = $"#!/bin/sh\nDOTNET_EnableDiagnostics=0 exec {command} \"$@\"\n";
        mounts.Add(Mount.File(Program, Encoding.UTF8.GetBytes(script), Purpose));
        return mounts.ToImmutable();
    }

    private static string Real(string path) => HostPaths.Resolve(Path.TrimEndingDirectorySeparator(path))?.Real ?? path;
}
