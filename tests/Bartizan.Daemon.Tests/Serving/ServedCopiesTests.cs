using Bartizan.Core.Sessions;
using Bartizan.Daemon.Serving;

namespace Bartizan.Daemon.Tests.Serving;

/// <summary>What a daemon that was killed leaves of served sessions' workspaces.</summary>
public sealed class ServedCopiesTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("bartizan-copies-").FullName;
    private readonly StateDirectory _state;

    public ServedCopiesTests() => _state = StateDirectory.Take(_home)!;

    public void Dispose()
    {
        _state.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public void They_are_deleted_at_the_next_start_and_runs_copies_wait_on()
    {
        var (served, run) = (SessionId.New(), SessionId.New());
        var copy = Fill(ServedCopies.Begin(_state, served));
        var kept = Fill(Directory.CreateDirectory(_state.Session(run)).FullName);

        ServedCopies.Delete(ServedCopies.Left(_state), _ => Assert.Fail("all can be deleted"));

        Directory.Exists(copy).ShouldBeFalse();
        Directory.Exists(kept).ShouldBeTrue();
        ServedCopies.Left(_state).ShouldBeEmpty();
        Directory.GetFileSystemEntries(_state.Sessions).ShouldBe([kept]);
    }

    [Fact]
    public void One_that_was_half_deleted_is_still_known()
    {
        var copy = Fill(ServedCopies.Begin(_state, SessionId.New()));
        foreach (var file in Directory.GetFiles(copy))
        {
            File.Delete(file);
        }

        ServedCopies.Left(_state).ShouldBe([copy]);
        Directory.Delete(copy, recursive: true);
        ServedCopies.Left(_state).ShouldBe([copy]);
        ServedCopies.Delete(ServedCopies.Left(_state), _ => Assert.Fail("nothing is nothing"));
        ServedCopies.Left(_state).ShouldBeEmpty();
    }

    [Fact]
    public void The_end_of_a_session_leaves_neither()
    {
        var session = SessionId.New();
        Fill(ServedCopies.Begin(_state, session));

        ServedCopies.End(_state, session);

        Directory.GetFileSystemEntries(_state.Sessions).ShouldBeEmpty();
    }

    private static string Fill(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "stage", "tree"));
        File.WriteAllText(Path.Combine(folder, "note.json"), "{}");
        File.WriteAllText(Path.Combine(folder, "stage", "tree", "a"), "an agent's words");
        return folder;
    }
}
