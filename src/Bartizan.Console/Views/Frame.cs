namespace Bartizan.Console.Views;

/// <summary>What stands around every page.</summary>
/// <param name="Title">The page's name.</param>
/// <param name="Here">The path of the part of the console that it belongs to.</param>
/// <param name="Person">Who is signed in; empty for nobody.</param>
/// <param name="Instance">The instance's name; empty where it isn't told.</param>
/// <param name="Asks">How many asks wait for people.</param>
/// <param name="CanSignOut">Whether there is a session of a person's to end.</param>
public sealed record Frame(string Title, string Here, string Person, string Instance, int Asks, bool CanSignOut)
{
    /// <summary>Modules of the page, by their names.</summary>
    public IReadOnlyList<string> Modules { get; init; } = [];

    /// <summary>What everybody who is signed in is told.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>
    /// The agents, as roles name them, whose switches are worth showing: the control API decides whether they may be thrown.
    /// </summary>
    public IReadOnlyList<string> Switchable { get; init; } = [];

    /// <summary>Whether there are any.</summary>
    public bool MaySwitch => Switchable.Count > 0;

    /// <summary>Whether it is the whole instance.</summary>
    public bool SwitchesAll => Switchable.Contains("*", StringComparer.Ordinal);

    /// <summary>Whether an agent, as <c>name@version</c>, is among them.</summary>
    public bool Switches(string agent)
    {
        ArgumentNullException.ThrowIfNull(agent);
        var name = agent.Split('@', 2)[0];
        return Switchable.Any(one =>
            one.EndsWith('*') ? name.StartsWith(one[..^1], StringComparison.Ordinal) : one == name
        );
    }

    /// <summary>A page for somebody who isn't signed in.</summary>
    public static Frame Bare(string title) => new(title, "", "", "", 0, false);
}
