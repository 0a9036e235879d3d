using Bartizan.Guards.Training;

return args switch
{
    ["train", var data, var weights] => TrainingRun.Run(data, weights),
    ["evaluate", var data] => Evaluation.Run(data),
    ["cost"] => LexicalCost.Run(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("train DATA WEIGHTS | evaluate DATA | cost");
    return 2;
}
