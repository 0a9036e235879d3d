using System.Collections.Immutable;
using Bartizan.Core.Code;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;

namespace Bartizan.Sandbox.Code;

/// <summary>
/// The plan of the sandbox that one call of the code tool has: the base, an interpreter, one file of code, and empty folders in memory.
/// No file of the agent, no variable of the agent, and no network unless hosts are named. What the agent's own sandbox may be shown
/// has no way in here.
/// </summary>
public static class CodePlan
{
    /// <summary>Where the code lies inside: a file of this folder that nothing inside can change.</summary>
    public const string Folder = "/code";

    /// <summary>The file that code of a language is. Its ending is the language's name, which some interpreters go by.</summary>
    public static string FileOf(string language) => $"{Folder}/program.{language}";

    /// <summary>Makes it.</summary>
    /// <param name="id">The session that it is for: the call's own.</param>
    /// <param name="terms">The manifest's terms.</param>
    /// <param name="call">The code.</param>
    /// <param name="program">The interpreter and its arguments, by its absolute path inside; the code's path is added.</param>
    /// <param name="variables">Variables of the interpreter, and of the way out where there is one.</param>
    /// <param name="mounts">What the interpreter needs, and the workspace where the manifest shows it.</param>
    /// <param name="network">True where hosts are named.</param>
    /// <param name="seen">What of its inside becomes entries.</param>
    public static SandboxPlan Of(
        SessionId id,
        CodeTerms terms,
        CodeCall call,
        ImmutableArray<string> program,
        ImmutableDictionary<string, string> variables,
        ImmutableArray<Mount> mounts,
        bool network,
        SeenKind seen
    )
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(call);
        var file = FileOf(call.Language);
        return new SandboxPlan
        {
            Id = id,
            Command = [.. program, file],
            Variables = variables,
            Mounts = [.. mounts, Mount.File(file, call.Code, "code")],
            WorkingDirectory = SandboxPaths.Workspace,
            Image = terms.Image,
            Limits = terms.Limits,
            Seen = seen,
            Network = network,
        };
    }
}
