using Bartizan.Core.Sessions;
using Bartizan.Sandbox.Views;

namespace Bartizan.Daemon.Serving;

/// <summary>
/// The copies of workspaces that served agents' sandboxes see. Nobody applies what changes in them, so those that a daemon left when it
/// was killed are deleted by the next one; a mark beside them tells them from the copies of runs, which wait for a person.
/// </summary>
internal static class ServedCopies
{
    private const string Mark = ".served";

    /// <summary>Makes the folder of a session's copy, marked before there is one.</summary>
    /// <exception cref="IOException">It can't be made.</exception>
    public static string Begin(StateDirectory state, SessionId session)
    {
        var folder = state.Session(session);
        File.WriteAllBytes(folder + Mark, []);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return folder;
    }

    /// <summary>Deletes a session's copy, and then its mark.</summary>
    /// <exception cref="IOException">It can't be deleted.</exception>
    public static void End(StateDirectory state, SessionId session) => Delete(state.Session(session));

    /// <summary>Those that are there: when an instance starts, of sessions that are over.</summary>
    public static IReadOnlyList<string> Left(StateDirectory state) =>
        [.. Directory.EnumerateFiles(state.Sessions, $"*{Mark}").Select(mark => mark[..^Mark.Length])];

    /// <summary>Deletes them. One that can't be deleted is said, and tried again by the next start.</summary>
    public static void Delete(IReadOnlyList<string> left, Action<string> say)
    {
        foreach (var folder in left)
        {
            try
            {
                Delete(folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                say($"a served session's copy of the workspace is left at `{folder}`: {e.Message}");
            }
        }
    }

    private static void Delete(string folder)
    {
        StagedWorkspace.Remove(folder);
        File.Delete(folder + Mark);
    }
}
