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

    /// <summary>Whether it is worth showing switches: the control API decides whether they may be thrown.</summary>
    public bool MaySwitch { get; init; }

    /// <summary>A page for somebody who isn't signed in.</summary>
    public static Frame Bare(string title) => new(title, "", "", "", 0, false);
}
