namespace Bartizan.Client;

/// <summary>Where an instance's state and its control socket are.</summary>
/// <param name="Home">The state directory.</param>
public sealed record ControlAddress(string Home)
{
    /// <summary>The variable that names the state directory.</summary>
    public const string HomeVariable = "BARTIZAN_HOME";

    /// <summary>The variable that names the people's socket of an instance that belongs to another user.</summary>
    public const string PeopleVariable = "BARTIZAN_PEOPLE";

    /// <summary>The people's socket of an instance that belongs to another user; null for one's own.</summary>
    public string? PeopleSocket { get; init; }

    /// <summary>The Unix socket of the control API, mode 0600; of another user's instance, the people's.</summary>
    public string Socket => PeopleSocket ?? Path.Combine(Home, "control.sock");

    /// <summary><c>$BARTIZAN_HOME</c>, else <c>$XDG_DATA_HOME/bartizan</c>, else <c>~/.local/share/bartizan</c>.</summary>
    public static ControlAddress Default()
    {
        var home = Environment.GetEnvironmentVariable(HomeVariable);
        if (!string.IsNullOrEmpty(home))
        {
            return new ControlAddress(Path.GetFullPath(home));
        }

        var data = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
        var root = string.IsNullOrEmpty(data)
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share")
            : data;
        return new ControlAddress(Path.Combine(root, "bartizan"));
    }
}
