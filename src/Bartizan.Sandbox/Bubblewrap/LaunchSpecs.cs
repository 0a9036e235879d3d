namespace Bartizan.Sandbox.Bubblewrap;

/// <summary>
/// What a launch is about to pass on, open to a change. The self-test takes a layer away here and must see the launch refused;
/// the test assembly weakens a layer here and must see the self-test fail. Nothing that runs agents sets it.
/// </summary>
/// <param name="Launch">The words of launch.</param>
/// <param name="Arguments">The arguments of bwrap.</param>
/// <param name="Shim">The words of the shim.</param>
internal sealed record LaunchSpecs(List<string> Launch, List<string> Arguments, List<string> Shim)
{
    /// <summary>Another seccomp program; null for the one that belongs there.</summary>
    public byte[]? Filter { get; set; }

    /// <summary>Takes out every occurrence of a word and of what belongs to it.</summary>
    /// <param name="words">One of the three lists.</param>
    /// <param name="word">The word.</param>
    /// <param name="following">How many words after it go with it.</param>
    public static void Remove(List<string> words, string word, int following)
    {
        // What stands after `exec` is somebody's command line, not ours.
        for (var i = words.Count - 1; i >= 0; i--)
        {
            var exec = words.IndexOf("exec");
            if (words[i] == word && (exec < 0 || i < exec))
            {
                words.RemoveRange(i, following + 1);
            }
        }
    }
}
