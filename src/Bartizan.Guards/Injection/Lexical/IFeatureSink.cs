namespace Bartizan.Guards.Injection.Lexical;

/// <summary>Takes what <see cref="FeatureWalk{TSink}"/> meets: to weigh it, or to learn its weight.</summary>
internal interface IFeatureSink
{
    /// <summary>A feature of the word that is being read.</summary>
    void Add(uint feature);

    /// <summary>A word was read, and all its features were added.</summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="end">Where it ends.</param>
    void EndWord(int start, int end);
}
